/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Destination MAC (and VID, IEEE 802.1Q) to tx port. Runs on worker lcores; reads the packets'
 * headers, changes nothing.
 */
#include "stage_classifier.h"

#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_prefetch.h>

#define CLASSIFY_AHEAD 4
#define VID_MASK       0x0fff
/* The group bit (IEEE 802.3, 3.2.3) of the address in a key. */
#define KEY_MULTICAST (1ull << 40)

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

/* Where in the table the search for each packet begins; the slot is on its way when it is needed.
 */
static void
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
		key[i] = spp_mac_table_key_of(word, classify_vid(pkts[i], eth));
		first[i] = spp_mac_table_first(table, key[i]);
		rte_prefetch0(&table->slot[first[i]]);
	}
}

static inline void
classify_put(struct spp_sorted *out, unsigned int place, struct rte_mbuf *m)
{
	out->pkts[place][out->nb[place]++] = m;
}

/* To each port of the group that is one of ours. */
static void
classify_multicast(const struct spp_hop *hop, const struct spp_port_set *group, struct rte_mbuf *m,
		   struct spp_sorted *out)
{
	uint16_t receivers = 0, t;

	for (t = 0; t < hop->nb_tx; t++) {
		if (!spp_port_set_has(group, hop->tx[t].port_id))
			continue;
		classify_put(out, SPP_PLACE_TX + t, m);
		receivers++;
	}
	if (receivers == 0)
		classify_put(out,
			     spp_port_set_empty(group) ? SPP_PLACE_NO_ENTRY : SPP_PLACE_NO_PORT, m);
	else if (receivers > 1)
		rte_pktmbuf_refcnt_update(m, receivers - 1);
}

bool
spp_classify(const struct spp_hop *hop, const struct spp_mac_table *table,
	     struct rte_mbuf *const pkts[], uint16_t nb, struct spp_sorted *out)
{
	uint64_t key[SPP_VECTOR_SIZE];
	uint32_t first[SPP_VECTOR_SIZE];
	bool multicast = false;
	uint16_t i, port;

	memset(out->nb, 0, (SPP_PLACE_TX + hop->nb_tx) * sizeof(out->nb[0]));
	classify_begin(table, pkts, nb, key, first);
	for (i = 0; i < nb; i++) {
		if (unlikely(key[i] & KEY_MULTICAST)) {
			classify_multicast(hop,
					   spp_mac_table_group(table, (uint16_t)(key[i] >> 48)),
					   pkts[i], out);
			multicast = true;
			continue;
		}
		port = spp_mac_table_lookup(table, key[i], first[i]);
		if (unlikely(port == SPP_MAC_TABLE_NONE))
			classify_put(out, SPP_PLACE_NO_ENTRY, pkts[i]);
		else
			/* addresses come in no order a branch predictor could learn: no branch */
			classify_put(out, hop->place_of_port[port], pkts[i]);
	}
	return multicast;
}
