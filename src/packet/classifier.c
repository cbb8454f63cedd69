/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Destination MAC (and VID, IEEE 802.1Q) to tx port, for classifiers and switches. Runs on worker
 * lcores; reads the packets' headers, changes nothing.
 */
#include "packet/classifier.h"

#include <string.h>

#include <rte_ether.h>
#include <rte_prefetch.h>

#include "packet/vid.h"

#define CLASSIFY_AHEAD 4
/* The group bit (IEEE 802.3, 3.2.3) of the address in a key. */
#define KEY_MULTICAST (1ull << 40)

/*
 * Where in the table the search for each packet begins; the slot is on its way when it is needed.
 * Inlined, key and first are known to be nowhere in the table, whose fields stay in registers then.
 */
static __rte_always_inline void
classify_begin(const struct spp_mac_table *table, struct rte_mbuf *const pkts[], uint16_t nb,
	       uint64_t key[], uint32_t first[])
{
	const struct rte_ether_hdr *eth;
	uint64_t word;
	uint16_t i;

	for (i = 0; i < nb && i < CLASSIFY_AHEAD; i++)
		rte_prefetch0(rte_pktmbuf_mtod(pkts[i], const void *));
	for (i = 0; i < nb; i++) {
		if (i + CLASSIFY_AHEAD < nb)
			rte_prefetch0(rte_pktmbuf_mtod(pkts[i + CLASSIFY_AHEAD], const void *));
		eth = rte_pktmbuf_mtod(pkts[i], const struct rte_ether_hdr *);
		memcpy(&word, eth, sizeof(word));
		key[i] = spp_mac_table_key_of(word, spp_frame_vid(pkts[i], eth));
		first[i] = spp_mac_table_first(table, key[i]);
		rte_prefetch0(&table->slot[first[i]]);
	}
}

static inline void
classify_put(struct spp_sorted *out, unsigned int place, struct rte_mbuf *m)
{
	out->pkts[place][out->nb[place]++] = m;
}

/* To each port of a set that is one of our tx ports, but not to `back`. */
static void
classify_copies(const struct spp_hop *hop, const struct spp_port_set *set, uint8_t back,
		struct rte_mbuf *m, struct spp_sorted *out)
{
	enum spp_place none = SPP_PLACE_NO_ENTRY;
	uint16_t receivers = 0;
	unsigned int i;
	uint64_t ports;
	uint8_t place;

	for (i = 0; i < SPP_PORT_SET_WORDS; i++) {
		for (ports = set->word[i]; ports != 0; ports &= ports - 1) {
			place = hop->place_of_port[64 * i + (unsigned int)__builtin_ctzll(ports)];
			if (place == back)
				none = SPP_PLACE_SAME_PORT;
			else if (place >= SPP_PLACE_TX) {
				classify_put(out, place, m);
				receivers++;
			} else if (none == SPP_PLACE_NO_ENTRY)
				none = SPP_PLACE_NO_PORT;
		}
	}
	if (unlikely(receivers == 0))
		classify_put(out, none, m);
	else if (receivers > 1)
		rte_pktmbuf_refcnt_update(m, (int16_t)(receivers - 1));
}

/* Multicast at a switch: to where its VLAN has entries, and to where unknown unicast goes. */
static void
switch_multicast(const struct spp_hop *hop, const struct spp_mac_table *table, uint16_t vid,
		 uint8_t back, struct rte_mbuf *m, struct spp_sorted *out)
{
	struct spp_port_set set = *spp_mac_table_group(table, vid);
	uint16_t def = spp_mac_table_default(table, vid);
	unsigned int i;

	if (def < SPP_MAC_TABLE_SEVERAL) {
		spp_port_set_add(&set, def);
	} else if (def != SPP_MAC_TABLE_NONE) {
		for (i = 0; i < SPP_PORT_SET_WORDS; i++)
			set.word[i] |= table->several[def - SPP_MAC_TABLE_SEVERAL].word[i];
	}
	classify_copies(hop, &set, back, m, out);
}

/* Of a unicast packet the table says no single port. True: it may be in several places. */
static bool
classify_rest(const struct spp_hop *hop, const struct spp_mac_table *table, uint16_t ports,
	      uint8_t back, struct rte_mbuf *m, struct spp_sorted *out)
{
	if (ports == SPP_MAC_TABLE_NONE) {
		classify_put(out, SPP_PLACE_NO_ENTRY, m);
		return false;
	}
	classify_copies(hop, &table->several[ports - SPP_MAC_TABLE_SEVERAL], back, m, out);
	return true;
}

/* No packet of a classifier came from one of its places. */
#define NO_BACK 0

bool
spp_classify(const struct spp_hop *hop, const struct spp_mac_table *table,
	     struct rte_mbuf *const pkts[], uint16_t nb, struct spp_sorted *out)
{
	uint64_t key[SPP_VECTOR_SIZE];
	uint32_t first[SPP_VECTOR_SIZE];
	bool copies = false;
	uint16_t i, port;

	memset(out->nb, 0, (SPP_PLACE_TX + hop->nb_tx) * sizeof(out->nb[0]));
	classify_begin(table, pkts, nb, key, first);
	for (i = 0; i < nb; i++) {
		if (unlikely(key[i] & KEY_MULTICAST)) {
			classify_copies(hop, spp_mac_table_group(table, (uint16_t)(key[i] >> 48)),
					NO_BACK, pkts[i], out);
			copies = true;
			continue;
		}
		port = spp_mac_table_lookup(table, key[i], first[i]);
		if (unlikely(port >= SPP_MAC_TABLE_SEVERAL))
			copies |= classify_rest(hop, table, port, NO_BACK, pkts[i], out);
		else
			/* addresses come in no order a branch predictor could learn: no branch */
			classify_put(out, hop->place_of_port[port], pkts[i]);
	}
	return copies;
}

bool
spp_switch(const struct spp_hop *hop, const struct spp_mac_table *table, uint8_t back,
	   const struct spp_storm_bound *storm, struct rte_mbuf *const pkts[], uint16_t nb,
	   struct spp_sorted *out)
{
	uint64_t key[SPP_VECTOR_SIZE];
	uint32_t first[SPP_VECTOR_SIZE];
	bool copies = false;
	uint16_t i, port;
	uint8_t place;

	memset(out->nb, 0, (SPP_PLACE_TX + hop->nb_tx) * sizeof(out->nb[0]));
	classify_begin(table, pkts, nb, key, first);
	for (i = 0; i < nb; i++) {
		if (unlikely(key[i] & KEY_MULTICAST)) {
			if (spp_storm_takes(storm))
				switch_multicast(hop, table, (uint16_t)(key[i] >> 48), back,
						 pkts[i], out);
			else
				classify_put(out, SPP_PLACE_STORM, pkts[i]);
			copies = true;
			continue;
		}
		port = spp_mac_table_lookup(table, key[i], first[i]);
		if (unlikely(port >= SPP_MAC_TABLE_SEVERAL)) {
			copies |= classify_rest(hop, table, port, back, pkts[i], out);
			continue;
		}
		place = hop->place_of_port[port];
		classify_put(out, place == back ? (uint8_t)SPP_PLACE_SAME_PORT : place, pkts[i]);
	}
	return copies;
}
