/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Destination MAC (and VID, IEEE 802.1Q) to tx port. Runs on worker lcores; reads the packets'
 * headers, changes nothing.
 */
#include "stage_classifier.h"

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_prefetch.h>

#define CLASSIFY_AHEAD 4
#define VID_MASK       0x0fff

/* Sources deliver at least an Ethernet header; a tag needs four bytes more. */
static inline uint16_t
classify_vid(const struct rte_mbuf *m, const struct rte_ether_hdr *eth)
{
	const struct rte_vlan_hdr *vlan = (const struct rte_vlan_hdr *)(eth + 1);

	if (likely(eth->ether_type != RTE_BE16(RTE_ETHER_TYPE_VLAN)) ||
	    unlikely(m->data_len < sizeof(*eth) + sizeof(*vlan)))
		return SPP_VID_NONE;
	return rte_be_to_cpu_16(vlan->vlan_tci) & VID_MASK;
}

bool
spp_classify(const struct spp_hop *hop, const struct spp_mac_table *table,
	     struct rte_mbuf *const pkts[], uint16_t nb, uint8_t dst[],
	     const struct spp_port_set *group[])
{
	const struct rte_ether_hdr *eth;
	bool multicast = false;
	uint16_t i, vid, port;

	for (i = 0; i < nb && i < CLASSIFY_AHEAD; i++)
		rte_prefetch0(rte_pktmbuf_mtod(pkts[i], const void *));
	for (i = 0; i < nb; i++) {
		if (i + CLASSIFY_AHEAD < nb)
			rte_prefetch0(rte_pktmbuf_mtod(pkts[i + CLASSIFY_AHEAD], const void *));
		eth = rte_pktmbuf_mtod(pkts[i], const struct rte_ether_hdr *);
		vid = classify_vid(pkts[i], eth);
		if (unlikely(rte_is_multicast_ether_addr(&eth->dst_addr))) {
			group[i] = spp_mac_table_group(table, vid);
			dst[i] = SPP_DST_MULTICAST;
			multicast = true;
			continue;
		}
		port = spp_mac_table_lookup(table, eth->dst_addr.addr_bytes, vid);
		if (unlikely(port == SPP_MAC_TABLE_NONE))
			dst[i] = SPP_DST_NO_ENTRY;
		else if (unlikely(hop->tx_of_port[port] == SPP_NO_TX))
			dst[i] = SPP_DST_NO_PORT;
		else
			dst[i] = hop->tx_of_port[port];
	}
	return multicast;
}
