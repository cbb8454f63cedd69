/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Nobody poses as another: what a guest sends must have a source address that the table leads to
 * that guest. Called by worker lcores for ports that have the check; looks at the Ethernet header
 * only, not at what ARP or ND says in it.
 */
#ifndef SPP_SOURCE_CHECK_H
#define SPP_SOURCE_CHECK_H

#include "packet/snapshot.h"

/**
 * Drop each frame whose source address (and VID) has no entry with a port that ends at `end`, as
 * SPP_DROP_SPOOFED.
 *
 * @param end  spp_rx_ops.end of the port the packets came by
 * @param pkts the caller's, each at least an Ethernet header in one piece. Those that are left move
 *             up, in order.
 * @return packets left
 */
uint16_t spp_source_check(const struct spp_snapshot *snap, uint16_t end, struct rte_mbuf **pkts,
			  uint16_t nb, uint64_t drops[SPP_DROP_NB]);

#endif
