/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NICs by PCI address. See nics.h.
 */
#include "common/nics.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_US    100000
#define PARTED     ", \t"
#define ALLOW_SIZE (sizeof("--allow=") + SPP_NICS_ADDRESS_SIZE)

/* sscanf() alone would take signs and blanks. */
static bool
is_address(const char *word, unsigned int *domain, unsigned int part[3])
{
	int end = 0;

	if (word[strspn(word, "0123456789abcdefABCDEF:.")] != '\0')
		return false;
	if (sscanf(word, "%4x:%2x:%2x.%1x%n", domain, &part[0], &part[1], &part[2], &end) == 4)
		return word[end] == '\0';
	*domain = 0;
	return sscanf(word, "%2x:%2x.%1x%n", &part[0], &part[1], &part[2], &end) == 3 &&
	       word[end] == '\0';
}

static int
parse_one(const char *word, struct spp_nics *out, struct spp_error *err)
{
	unsigned int domain, part[3];
	char *address = out->address[out->nb];

	if (!is_address(word, &domain, part))
		return spp_error(err, EINVAL,
				 "--nics: \"%s\" is no PCI address (as lspci -D shows them: "
				 "0000:03:00.0)",
				 word);
	if (out->nb == SPP_NIC_MAX - 1)
		return spp_error(err, EINVAL, "--nics: at most %d NICs", SPP_NIC_MAX - 1);
	snprintf(address, SPP_NICS_ADDRESS_SIZE, "%04x:%02x:%02x.%x", domain, part[0], part[1],
		 part[2]);
	if (out->nb > 0 && strcmp(out->address[out->nb - 1], address) >= 0)
		return spp_error(
			err, EINVAL,
			"--nics: %s stands behind %s: name each once, the lowest first, as "
			"DPDK numbers them",
			address, out->address[out->nb - 1]);
	out->nb++;
	return 0;
}

int
spp_nics_parse(const char *text, struct spp_nics *out, struct spp_error *err)
{
	char words[SPP_NIC_MAX * SPP_NICS_ADDRESS_SIZE], *rest = words, *word;
	int ret = 0;

	out->nb = 0;
	if (text == NULL)
		return 0;
	if (strlen(text) >= sizeof(words))
		return spp_error(err, EINVAL, "--nics: at most %d NICs", SPP_NIC_MAX - 1);
	strcpy(words, text);
	while (ret == 0 && (word = strtok_r(rest, PARTED, &rest)) != NULL)
		ret = parse_one(word, out, err);
	return ret;
}

char **
spp_nics_argv(const struct spp_nics *nics, int *argc, char **argv)
{
	char **args, *text;
	unsigned int i;

	if (nics->nb == 0)
		return argv;
	args = calloc((size_t)*argc + nics->nb + 1, sizeof(args[0]));
	text = calloc(nics->nb, ALLOW_SIZE);
	if (args == NULL || text == NULL)
		return NULL;
	args[0] = argv[0];
	for (i = 0; i < nics->nb; i++, text += ALLOW_SIZE) {
		snprintf(text, ALLOW_SIZE, "--allow=%s", nics->address[i]);
		args[1 + i] = text;
	}
	memcpy(args + 1 + nics->nb, argv + 1, (size_t)(*argc - 1) * sizeof(args[0]));
	*argc += (int)nics->nb;
	return args;
}
