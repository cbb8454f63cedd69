/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An uplink as it is written on a command line and in a configuration file. Implements
 * spp_uplink_parse() of include/spp/uplink.h. Knows not which NICs there are.
 */
#include "spp/uplink.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "spp/port_text.h"
#include "wiring/names.h"

#define TEXT_SIZE 128
#define RIGHT     "[uplinkN=]nicA,nicB[,primary=nicA|nicB][,revert]"

struct reading {
	const char *text; /* for messages */
	unsigned int nb;  /* NICs so far */
	int primary;      /* DPDK port, -1: not named */
	struct spp_uplink uplink;
	struct spp_error *err;
};

static int
read_nic(const struct reading *in, const char *word, uint16_t *nic)
{
	struct spp_port port;

	if (spp_port_parse(word, &port, NULL) < 0 || port.kind != SPP_PORT_NIC || port.queue != 0)
		return spp_error(in->err, EINVAL,
				 "uplink \"%.80s\": \"%.40s\" is no NIC (" RIGHT ")", in->text,
				 word);
	*nic = port.index;
	return 0;
}

static int
read_word(struct reading *in, const char *word)
{
	uint16_t nic = 0;
	int ret;

	if (strcmp(word, "revert") == 0) {
		in->uplink.revert = true;
		return 0;
	}
	if (strncmp(word, "primary=", 8) == 0) {
		ret = read_nic(in, word + 8, &nic);
		in->primary = nic;
		return ret;
	}
	ret = read_nic(in, word, &nic);
	if (ret < 0)
		return ret;
	if (in->nb == SPP_UPLINK_MEMBERS)
		return spp_error(in->err, EINVAL,
				 "uplink \"%.80s\": more than two NICs (" RIGHT ")", in->text);
	in->uplink.nic[in->nb++] = nic;
	return 0;
}

/* The number in front, and where the rest begins. */
static int
read_number(const struct reading *in, char *text, char **rest, unsigned int *number)
{
	char *equals = strchr(text, '=');
	struct spp_port port;

	*number = 0;
	*rest = text;
	if (equals == NULL || strncmp(text, "primary=", 8) == 0 ||
	    memchr(text, ',', (size_t)(equals - text)) != NULL)
		return 0;
	*equals = '\0';
	if (spp_port_parse(text, &port, NULL) < 0 || port.kind != SPP_PORT_UPLINK)
		return spp_error(in->err, EINVAL,
				 "uplink \"%.80s\": \"%.40s\" is no uplink (uplink0 to uplink%d)",
				 in->text, text, SPP_UPLINK_MAX - 1);
	*number = port.index;
	*rest = equals + 1;
	return 0;
}

static int
check(struct reading *in, const struct spp_uplink out[SPP_UPLINK_MAX], unsigned int number)
{
	struct spp_uplink *uplink = &in->uplink;
	unsigned int i;
	int other;

	if (in->nb < SPP_UPLINK_MEMBERS || uplink->nic[0] == uplink->nic[1])
		return spp_error(in->err, EINVAL, "uplink \"%.80s\": needs two NICs (" RIGHT ")",
				 in->text);
	if (in->primary >= 0 && in->primary != uplink->nic[0] && in->primary != uplink->nic[1])
		return spp_error(in->err, EINVAL,
				 "uplink \"%.80s\": its primary nic%d is none of its two NICs",
				 in->text, in->primary);
	if (out[number].there)
		return spp_error(
			in->err, EINVAL,
			"uplink \"%.80s\": there is an uplink%u already (uplinkN=... gives "
			"another number)",
			in->text, number);
	for (i = 0; i < SPP_UPLINK_MEMBERS; i++) {
		other = spp_uplink_of_nic(out, uplink->nic[i]);
		if (other >= 0)
			return spp_error(in->err, EINVAL,
					 "uplink \"%.80s\": nic%u is a member of uplink%d already",
					 in->text, uplink->nic[i], other);
	}
	uplink->primary = in->primary == uplink->nic[1];
	return 0;
}

int
spp_uplink_parse(const char *text, struct spp_uplink out[SPP_UPLINK_MAX], struct spp_error *err)
{
	struct reading in = {.text = text, .primary = -1, .err = err};
	char copy[TEXT_SIZE], *rest, *word;
	unsigned int number;
	int ret;

	if (strlen(text) >= sizeof(copy))
		return spp_error(err, EINVAL, "uplink \"%.80s...\": too long (" RIGHT ")", text);
	strcpy(copy, text);
	ret = read_number(&in, copy, &rest, &number);
	while (ret == 0 && (word = strsep(&rest, ",")) != NULL)
		ret = read_word(&in, word);
	if (ret == 0)
		ret = check(&in, out, number);
	if (ret < 0)
		return ret;
	in.uplink.there = true;
	in.uplink.active = in.uplink.primary;
	out[number] = in.uplink;
	return 0;
}
