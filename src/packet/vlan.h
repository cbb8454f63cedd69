/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The VLAN operation of a port (IEEE 802.1Q, one tag) on packets that pass it. Knows mbufs only.
 *
 * Called by worker lcores for ports that have an operation. A packet that others hold as well
 * (multicast) is copied first, into the pool it came from; so is one whose headers are not in one
 * piece, or which has no room in front.
 */
#ifndef SPP_VLAN_H
#define SPP_VLAN_H

#include "spp/dp/port.h"
#include "spp/model.h"

/**
 * Add or overwrite the tag of each packet, or take it away. Packets of several mbufs are fine.
 *
 * @param pkts  the caller's; one that is copied is replaced. Those that are left move up, in order.
 * @param drops counts what is dropped: SPP_DROP_MALFORMED (ends within its headers) or
 *              SPP_DROP_NO_MBUF (no copy)
 * @return packets left
 */
uint16_t spp_vlan_apply(struct spp_vlan vlan, struct rte_mbuf **pkts, uint16_t nb,
			uint64_t drops[SPP_DROP_NB]);

#endif
