/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What is not taken from a guest (enum spp_filter). Called by worker lcores for ports that have a
 * filter; knows mbufs only.
 */
#ifndef SPP_FILTER_H
#define SPP_FILTER_H

#include "spp/dp/port.h"

/**
 * Drop what goes to a reserved address (spp/dp/reserved.h), as SPP_DROP_RESERVED.
 *
 * @param pkts the caller's, each at least an Ethernet header in one piece. Those that are left move
 *             up, in order.
 * @return packets left
 */
uint16_t spp_filter_apply(struct rte_mbuf **pkts, uint16_t nb, uint64_t drops[SPP_DROP_NB]);

#endif
