/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The VLAN of a frame (IEEE 802.1Q, one tag), as the table is looked up by it. Used by worker
 * lcores.
 */
#ifndef SPP_VID_H
#define SPP_VID_H

#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

#include "spp/model.h"

#define SPP_VID_MASK 0x0fff

/**
 * Sources deliver at least an Ethernet header; a tag needs four bytes more. A tag with VID 0
 * carries a priority and names no VLAN (IEEE 802.1Q, table 9-2): such a frame goes where untagged
 * ones go.
 * @param eth where the frame begins
 */
static inline uint16_t
spp_frame_vid(const struct rte_mbuf *m, const struct rte_ether_hdr *eth)
{
	const struct rte_vlan_hdr *vlan = (const struct rte_vlan_hdr *)(eth + 1);
	uint16_t vid;

	if (likely(eth->ether_type != RTE_BE16(RTE_ETHER_TYPE_VLAN)) ||
	    unlikely(m->data_len < sizeof(*eth) + sizeof(*vlan)))
		return SPP_VID_NONE;
	vid = rte_be_to_cpu_16(vlan->vlan_tci) & SPP_VID_MASK;
	return vid == 0 ? SPP_VID_NONE : vid;
}

#endif
