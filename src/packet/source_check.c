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

/* The address and the type behind it: in one piece, for it is a header. */
static inline uint64_t
source_word(const struct rte_ether_hdr *eth)
{
	uint64_t word;

	memcpy(&word, &eth->src_addr, sizeof(word));
	return word;
}

static inline bool
source_is_known(const struct spp_source_set *set, const struct rte_mbuf *m)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	uint16_t vid = spp_frame_vid(m, eth);

	return spp_source_set_has(
		set, spp_source_set_key(source_word(eth), vid == SPP_VID_NONE ? 0 : vid));
}

/* From the first packet on that the set does not know. Apart, so that the loop below has the
 * registers for itself. */
static __rte_noinline uint16_t
source_check_rest(const struct spp_snapshot *snap, uint16_t end, struct rte_mbuf **pkts,
		  uint16_t first, uint16_t nb, uint64_t drops[SPP_DROP_NB])
{
	const struct spp_source_set *set = snap->sources[end];
	uint16_t kept = first, i;

	for (i = first; i < nb; i++) {
		if (source_is_known(set, pkts[i]) || source_is_at(snap, pkts[i], end))
			pkts[kept++] = pkts[i];
		else
			spp_drop(&pkts[i], 1, drops, SPP_DROP_SPOOFED);
	}
	return kept;
}

uint16_t
spp_source_check(const struct spp_snapshot *snap, uint16_t end, struct rte_mbuf **pkts, uint16_t nb,
		 uint64_t drops[SPP_DROP_NB])
{
	const struct spp_source_set *set = snap->sources[end];
	const struct rte_ether_hdr *eth;
	uint16_t i;

#pragma GCC unroll 4
	for (i = 0; i < nb; i++) {
		eth = rte_pktmbuf_mtod(pkts[i], const struct rte_ether_hdr *);
		if (unlikely(eth->ether_type == RTE_BE16(RTE_ETHER_TYPE_VLAN)) ||
		    unlikely(!spp_source_set_has(set, spp_source_set_key(source_word(eth), 0))))
			return source_check_rest(snap, end, pkts, i, nb, drops);
	}
	return nb;
}
