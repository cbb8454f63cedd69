/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Adds, overwrites and takes away VLAN tags. Runs on worker lcores.
 *
 * Only the first mbuf of a packet is written to, and only while nobody else holds it: a worker that
 * sees a reference count of one is the only holder, and no second one can appear.
 */
#include "packet/vlan.h"

#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_prefetch.h>

#define VLAN_AHEAD    4
#define ADDRESSES_LEN ((size_t)2 * RTE_ETHER_ADDR_LEN)
#define TAGGED_LEN    (RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN)
#define PCP_SHIFT     13
/* What a PMD said of the tag is no longer true. */
#define TAG_FLAGS (RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED | RTE_MBUF_F_TX_VLAN)

/*
 * The packet, or a copy of it: ours alone, with `length` bytes in one piece and `room` in front.
 * NULL: no mbuf for a copy, the packet is as it was.
 */
static inline struct rte_mbuf *
vlan_make_own(struct rte_mbuf *m, uint16_t length, uint16_t room)
{
	struct rte_mbuf *copy;

	if (likely(rte_mbuf_refcnt_read(m) == 1 && RTE_MBUF_DIRECT(m) && m->data_len >= length &&
		   rte_pktmbuf_headroom(m) >= room))
		return m;
	/* begins behind RTE_PKTMBUF_HEADROOM bytes, and fills the first mbuf before the next */
	copy = rte_pktmbuf_copy(m, m->pool, 0, UINT32_MAX);
	if (likely(copy != NULL))
		rte_pktmbuf_free_bulk(&m, 1);
	return copy;
}

static struct rte_mbuf *
vlan_push(struct rte_mbuf *m)
{
	char *data;

	m = vlan_make_own(m, RTE_ETHER_HDR_LEN, RTE_VLAN_HLEN);
	if (unlikely(m == NULL))
		return NULL;
	data = rte_pktmbuf_prepend(m, RTE_VLAN_HLEN);
	memmove(data, data + RTE_VLAN_HLEN, ADDRESSES_LEN);
	return m;
}

static struct rte_mbuf *
vlan_pop(struct rte_mbuf *m)
{
	char *data;

	m = vlan_make_own(m, TAGGED_LEN, 0);
	if (unlikely(m == NULL))
		return NULL;
	data = rte_pktmbuf_mtod(m, char *);
	memmove(data + RTE_VLAN_HLEN, data, ADDRESSES_LEN);
	rte_pktmbuf_adj(m, RTE_VLAN_HLEN);
	m->ol_flags &= ~TAG_FLAGS;
	return m;
}

static struct rte_mbuf *
vlan_set(struct rte_mbuf *m, bool tagged, rte_be16_t tci)
{
	struct rte_ether_hdr *eth;

	m = tagged ? vlan_make_own(m, TAGGED_LEN, 0) : vlan_push(m);
	if (unlikely(m == NULL))
		return NULL;
	eth = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
	eth->ether_type = RTE_BE16(RTE_ETHER_TYPE_VLAN);
	((struct rte_vlan_hdr *)(eth + 1))->vlan_tci = tci;
	m->ol_flags &= ~TAG_FLAGS;
	return m;
}

/* The packet is long enough for its header, and for its tag if it has one. */
static inline bool
vlan_look(const struct rte_mbuf *m, bool *tagged)
{
	rte_be16_t buf;
	const rte_be16_t *type;

	if (unlikely(m->pkt_len < RTE_ETHER_HDR_LEN))
		return false;
	type = rte_pktmbuf_read(m, ADDRESSES_LEN, sizeof(buf), &buf);
	*tagged = *type == RTE_BE16(RTE_ETHER_TYPE_VLAN);
	return !*tagged || m->pkt_len >= TAGGED_LEN;
}

uint16_t
spp_vlan_apply(struct spp_vlan vlan, struct rte_mbuf **pkts, uint16_t nb,
	       uint64_t drops[SPP_DROP_NB])
{
	rte_be16_t tci = rte_cpu_to_be_16((uint16_t)(vlan.pcp << PCP_SHIFT | vlan.vid));
	struct rte_mbuf *m;
	uint16_t i, kept = 0;
	bool tagged = false;

	for (i = 0; i < nb && i < VLAN_AHEAD; i++)
		rte_prefetch0(rte_pktmbuf_mtod(pkts[i], const void *));
	for (i = 0; i < nb; i++) {
		if (i + VLAN_AHEAD < nb)
			rte_prefetch0(rte_pktmbuf_mtod(pkts[i + VLAN_AHEAD], const void *));
		m = pkts[i];
		if (unlikely(!vlan_look(m, &tagged))) {
			spp_drop(&m, 1, drops, SPP_DROP_MALFORMED);
			continue;
		}
		if (vlan.op == SPP_VLAN_ADD)
			m = vlan_set(m, tagged, tci);
		else if (tagged)
			m = vlan_pop(m);
		if (likely(m != NULL))
			pkts[kept++] = m;
		else
			spp_drop(&pkts[i], 1, drops, SPP_DROP_NO_MBUF);
	}
	return kept;
}
