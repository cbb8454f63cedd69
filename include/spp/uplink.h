/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An uplink: two NICs of one spp_vf as one port, active-backup. One of them sends, chosen by link
 * state; both receive. What it is made of is said at the start of the spp_vf, and stays.
 *
 * Plain C: no DPDK, no JSON. Control thread.
 */
#ifndef SPP_UPLINK_H
#define SPP_UPLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/error.h"
#include "spp/limits.h"

#define SPP_UPLINK_MEMBERS 2

struct spp_uplink {
	bool there;                       /**< this number has an uplink */
	uint16_t nic[SPP_UPLINK_MEMBERS]; /**< DPDK ports, in the order they were given */
	uint8_t primary;                  /**< index into nic: which sends first */
	/** Go back to the primary once its link has been up for SPP_UPLINK_REVERT_MS. */
	bool revert;
	/* state, not configuration */
	uint8_t active;       /**< index into nic: which sends now */
	uint64_t moves;       /**< from one to the other, since the start */
	uint64_t passed_over; /**< multicasts of the one that stood by, since the start */
	uint64_t announced;   /**< addresses told to the network after moves, since the start */
};

/** A cable that comes back trembles. */
#define SPP_UPLINK_REVERT_MS 5000

/**
 * Read "[uplinkN=]nicA,nicB[,primary=nicX][,revert]" into out[N] (N is 0 if not given). The first
 * NIC is the primary if none is named.
 *
 * @return 0, or -EINVAL with what is wrong: also a number or NIC that another one of out has
 */
int spp_uplink_parse(const char *text, struct spp_uplink out[SPP_UPLINK_MAX],
		     struct spp_error *err);

/** Number of the uplink that the NIC is a member of, or -1. */
static inline int
spp_uplink_of_nic(const struct spp_uplink uplinks[SPP_UPLINK_MAX], unsigned int nic)
{
	int i;

	for (i = 0; i < SPP_UPLINK_MAX; i++) {
		if (uplinks[i].there && (uplinks[i].nic[0] == nic || uplinks[i].nic[1] == nic))
			return i;
	}
	return -1;
}

#endif
