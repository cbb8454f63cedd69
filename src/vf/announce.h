/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Tells the network that the addresses behind an uplink are to be found by its other NIC now: a
 * RARP request of each (RFC 903; what qemu sends for a VM that has moved), from which switches
 * learn. Paced. Control thread only.
 */
#ifndef SPP_ANNOUNCE_H
#define SPP_ANNOUNCE_H

#include "spp/dp/uplink.h"

#include "packet/snapshot.h"

/** Frames made in one step. */
#define SPP_ANNOUNCE_STEP 64

/** Where one uplink is in its round through the table. All 0: there is none. */
struct spp_announce {
	bool running;
	uint32_t next; /**< slot of the table */
};

/** Begin, or begin anew: the NIC or the wiring is another one. */
void spp_announce_begin(struct spp_announce *announce);

/**
 * Hand over the next frames: as many as a step has, and as there is room and memory for.
 * @param port_id of the uplink
 * @return addresses that were announced
 */
unsigned int spp_announce_step(struct spp_announce *announce, const struct spp_snapshot *snap,
			       unsigned int port_id, struct spp_uplink_port *uplink,
			       struct rte_mempool *mbufs);

#endif
