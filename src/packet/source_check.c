/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Drops what does not come from where its source address is. See source_check.h.
 */
#include "packet/source_check.h"

#include <string.h>

#include <rte_ether.h>

#include "packet/source_set.h"
#include "packet/vid.h"

/* Some port of the entry ends where the packet came from. */
static bool
source_is_at(const struct spp_snapshot *snap, const struct rte_mbuf *m, uint16_t end)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	uint64_t key = spp_mac_table_key(eth->src_addr.addr_bytes, spp_frame_vid(m, eth));
	const struct spp_mac_table *table = snap->table;
	uint16_t ports = spp_mac_table_find(table, key, spp_mac_table_first(table, key));
	unsigned int id;

	if (likely(ports < SPP_MAC_TABLE_SEVERAL))
		return snap->end_of_port[ports] == end;
	for (id = 0; id < SPP_PORT_ID_MAX && ports != SPP_MAC_TABLE_NONE; id++) {
		if (spp_mac_table_names(table, ports, id) && snap->end_of_port[id] == end)
			return true;
	}
	return false;
}

/* As spp_source_set_has() wants it. */
static inline uint64_t
source_key(const struct rte_mbuf *m)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	uint64_t word;
	uint16_t vid;

	/* the address and the type behind it: in one piece, for it is a header */
	memcpy(&word, &eth->src_addr, sizeof(word));
	if (likely(eth->ether_type != RTE_BE16(RTE_ETHER_TYPE_VLAN)))
		return spp_source_set_key(word, 0);
	vid = spp_frame_vid(m, eth);
	return spp_source_set_key(word, vid == SPP_VID_NONE ? 0 : vid);
}

/* How many packets at the front the set knows: nearly always all. */
static inline uint16_t
source_known(const struct spp_source_set *set, struct rte_mbuf *const pkts[], uint16_t nb)
{
	uint16_t i;

	for (i = 0; i < nb; i++) {
		if (unlikely(!spp_source_set_has(set, source_key(pkts[i]))))
			break;
	}
	return i;
}

uint16_t
spp_source_check(const struct spp_snapshot *snap, uint16_t end, struct rte_mbuf **pkts, uint16_t nb,
		 uint64_t drops[SPP_DROP_NB])
{
	const struct spp_source_set *set = snap->sources[end];
	uint16_t kept = source_known(set, pkts, nb), i;

	for (i = kept; i < nb; i++) {
		if (spp_source_set_has(set, source_key(pkts[i])) ||
		    source_is_at(snap, pkts[i], end))
			pkts[kept++] = pkts[i];
		else
			spp_drop(&pkts[i], 1, drops, SPP_DROP_SPOOFED);
	}
	return kept;
}
