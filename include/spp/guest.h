/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What guests are trusted with: the words of it, as --guest and the configuration file take them.
 * A bit for each vhost of the host, set where its guest is trusted. Plain C.
 */
#ifndef SPP_GUEST_H
#define SPP_GUEST_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "spp/error.h"
#include "spp/limits.h"

_Static_assert(SPP_VHOST_MAX <= 64, "a bit each");

static inline const char *
spp_guest_name(uint64_t trusted, unsigned int vhost)
{
	return (trusted >> vhost & 1) != 0 ? "trusted" : "untrusted";
}

/**
 * "trusted" or "untrusted", of all; with "vhostN=" in front of it of that one.
 * @param what it stands in, for the message
 */
static inline int
spp_guest_parse(const char *what, const char *text, uint64_t *trusted, struct spp_error *err)
{
	uint64_t which = UINT64_MAX;
	const char *word = text;
	unsigned long n;
	char *end;

	if (strncmp(text, "vhost", 5) == 0 && text[5] >= '0' && text[5] <= '9') {
		n = strtoul(text + 5, &end, 10);
		if (*end != '=' || end - text > 7 || n >= SPP_VHOST_MAX)
			return spp_error(err, EINVAL,
					 "%s %.40s: must be vhost0 to vhost%d, = and trusted or "
					 "untrusted",
					 what, text, SPP_VHOST_MAX - 1);
		which = UINT64_C(1) << n;
		word = end + 1;
	}
	if (strcmp(word, "trusted") == 0)
		*trusted |= which;
	else if (strcmp(word, "untrusted") == 0)
		*trusted &= ~which;
	else
		return spp_error(err, EINVAL,
				 "%s %.40s: must be trusted or untrusted, or vhostN=trusted", what,
				 text);
	return 0;
}

#endif
