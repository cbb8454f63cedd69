/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Ports of a status, ports that are typed. See ports.h.
 */
#include "ctl/ports.h"

#include <stdio.h>
#include <string.h>

#include "change/near.h"
#include "ctl/complain.h"
#include "ctl/reply.h"
#include "wiring/names.h"

static const char *const all_kinds[] = {"nic", "vhost", "uplink", "ring"};

void
ctl_ports_each(const json_t *info, const char *kind, void (*put)(void *arg, const char *name),
	       void *arg)
{
	const json_t *item;
	char word[SPP_PORT_TEXT_SIZE];
	size_t k, i;

	for (k = 0; k < sizeof(all_kinds) / sizeof(all_kinds[0]); k++) {
		if (kind != NULL && strcmp(kind, all_kinds[k]) != 0)
			continue;
		json_array_foreach (json_object_get(info, all_kinds[k]), i, item) {
			/* spp_primary has no vhost: it says who has which */
			if (json_is_object(item) && strcmp(all_kinds[k], "vhost") == 0)
				continue;
			snprintf(word, sizeof(word), "%s%.0f", all_kinds[k],
				 json_number_value(item));
			put(arg, json_is_object(item) ? ctl_reply_text(item, "port") : word);
		}
	}
}

struct search {
	struct spp_port wanted;
	bool found;
};

static void
compare(void *arg, const char *name)
{
	struct search *search = arg;
	struct spp_port port;

	if (spp_port_parse(name, &port, NULL) == 0 && spp_port_equal(port, search->wanted))
		search->found = true;
}

bool
ctl_ports_has(const json_t *info, const char *word)
{
	struct search search = {.found = false};

	if (spp_port_parse(word, &search.wanted, NULL) == 0)
		ctl_ports_each(info, NULL, compare, &search);
	return search.found;
}

static const char *
port_word(const void *arg, size_t i)
{
	static const char *const words[] = {"vhost", "nic", "ring", "uplink", NULL};

	return words[i];
}

bool
ctl_ports_read(const char *text, const char *kinds, struct spp_port *port)
{
	static const char letters[] = {[SPP_PORT_NIC] = 'n',
				       [SPP_PORT_VHOST] = 'v',
				       [SPP_PORT_UPLINK] = 'n',
				       [SPP_PORT_RING] = 'r'};
	size_t length = strcspn(text, "0123456789:");
	struct spp_error err = {""};
	char word[32];
	const char *near;

	if (spp_port_parse(text, port, &err) == 0) {
		if (strchr(kinds, letters[port->kind]) != NULL)
			return true;
		ctl_complain("%s: %s", text,
			     strcmp(kinds, "v") == 0 ? "not a vhost (vhost0, vhost1 ...)"
			     : strcmp(kinds, "n") == 0
				     ? "not a NIC (nic0, nic1 ...)"
				     : "a ring joins components, not guests (vhost0, "
				       "nic0 ...)");
		return false;
	}
	snprintf(word, sizeof(word), "%.*s", (int)length, text);
	near = length > 0 && text[length] != '\0' ? spp_near_word(word, port_word, NULL) : NULL;
	if (near != NULL && strcmp(near, word) != 0)
		ctl_complain("%s: not a port; did you mean %s%s?", text, near, text + length);
	else
		ctl_complain("%s", err.text);
	return false;
}
