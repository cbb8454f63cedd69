/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Drops what does not come from where its source address is. See source_check.h.
 */
#include "packet/source_check.h"

#include <string.h>

#include <rte_ether.h>
#include <rte_prefetch.h>

#include "packet/vid.h"

#define SOURCE_AHEAD 4

/* Some port of the entry ends where the packet came from. */
static bool
source_is_at(const struct spp_snapshot *snap, uint64_t key, uint16_t end)
{
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

/* The source address and the two bytes behind it, the type: in one piece, for it is a header. */
static inline uint64_t
source_word(const struct rte_mbuf *m)
{
	uint64_t word;

	memcpy(&word, rte_pktmbuf_mtod_offset(m, const uint8_t *, RTE_ETHER_ADDR_LEN),
	       sizeof(word));
	return word;
}

static inline uint64_t
source_key(const struct rte_mbuf *m)
{
	return spp_mac_table_key_of(
		source_word(m),
		spp_frame_vid(m, rte_pktmbuf_mtod(m, const struct rte_ether_hdr *)));
}

/* Mostly a guest has one address and sees no tags: all packets have the first one's source. */
static bool
source_is_one(struct rte_mbuf *const pkts[], uint16_t nb)
{
	const uint64_t address = rte_cpu_to_be_64(UINT64_MAX << 16);
	const uint64_t tag = rte_cpu_to_be_64((uint64_t)RTE_ETHER_TYPE_VLAN);
	uint64_t first = source_word(pkts[0]), word, differ = 0;
	bool tagged = false;
	uint16_t i;

	for (i = 0; i < nb; i++) {
		word = source_word(pkts[i]);
		differ |= word ^ first;
		tagged |= (word & ~address) == tag;
	}
	return (differ & address) == 0 && !tagged;
}

/* What was right for the packet before needs no look-up. */
uint16_t
spp_source_check(const struct spp_snapshot *snap, uint16_t end, struct rte_mbuf **pkts, uint16_t nb,
		 uint64_t drops[SPP_DROP_NB])
{
	uint64_t key, right = SPP_MAC_TABLE_EMPTY;
	uint16_t i, kept = 0;

	for (i = 0; i < nb && i < SOURCE_AHEAD; i++)
		rte_prefetch0(rte_pktmbuf_mtod(pkts[i], const void *));
	if (likely(nb > 0 && source_is_one(pkts, nb)) &&
	    likely(source_is_at(snap, source_key(pkts[0]), end)))
		return nb;
	for (i = 0; i < nb; i++) {
		key = source_key(pkts[i]);
		if (unlikely(key != right || key == SPP_MAC_TABLE_EMPTY)) {
			if (!source_is_at(snap, key, end)) {
				spp_drop(&pkts[i], 1, drops, SPP_DROP_SPOOFED);
				continue;
			}
			right = key;
		}
		pkts[kept++] = pkts[i];
	}
	return kept;
}
