/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a VF asks spp_primary before it starts its EAL, over the local socket.
 */
#ifndef SPP_ASK_H
#define SPP_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/control.h"
#include "spp/error.h"

/** What a primary's status says; what it does not say is 0, "" or as noted. */
struct spp_ask_primary {
	uint64_t restarts_left;  /**< of its heap; UINT64_MAX: it does not say */
	uint64_t leaked, others; /**< bytes of it: struct spp_host_heap */
	char program[32];        /**< its version of ours */
	char dpdk[32];
	uint32_t layout;
	bool in_version; /**< while the answer is read */
};

/** Ask, for a second at most. Nobody may be there: then nothing is said. */
void spp_ask_primary(const char *socket_path, struct spp_ask_primary *out);

/**
 * Whether a VF of this build fits that primary: the EAL takes no other release of DPDK than its
 * primary's, and says neither which. What the primary did not say fits.
 *
 * @return 0, or -EPROTO with both named.
 */
int spp_ask_fits(const struct spp_ask_primary *primary, const struct spp_build *ours,
		 struct spp_error *err);

#endif
