/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See offload.h. With RTE_VHOST_USER_NET_COMPLIANT_OL_FLAGS librte_vhost tells of a frame without
 * checksum RX_L4_CKSUM_NONE, of a large one RX_LRO and tso_segsz. Where it does not understand the
 * frame it computes the sum that the guest asked for by itself (vhost_dequeue_offload() in
 * lib/vhost/virtio_net.c).
 */
#include "vhost/offload.h"

#include "vhost/features.h"

/* Of the pool: what trusted guests' large frames leave to all others. */
#define RESERVE_PART 8

static enum spp_drop
check_large(const struct spp_vhost *vhost, const struct rte_mbuf *m, const struct spp_headers *h)
{
	uint32_t before = spp_headers_length(h), payload = h->end - before;

	if (h->protocol != IPPROTO_TCP || h->end != m->pkt_len || m->tso_segsz == 0 ||
	    m->tso_segsz > m->pkt_len || payload > SPP_SEGMENTS_MAX * m->tso_segsz)
		return SPP_DROP_BAD_OFFLOAD;
	if (before + RTE_MIN(payload, (uint32_t)m->tso_segsz) > vhost->frame_max)
		return SPP_DROP_TOO_BIG;
	return SPP_DROP_NB;
}

enum spp_drop
spp_vhost_offload_receive(const struct spp_vhost *vhost, struct rte_mbuf *m)
{
	unsigned int gives = __atomic_load_n(&vhost->gives, __ATOMIC_RELAXED), asked;
	bool large = (m->ol_flags & RTE_MBUF_F_RX_LRO) != 0;
	struct spp_headers h;
	enum spp_drop why;

	m->ol_flags &= ~SPP_VHOST_CLAIMS;
	m->packet_type = 0;
	m->l2_len = 0;
	if (!spp_headers_read(m, &h))
		return SPP_DROP_BAD_OFFLOAD;
	asked = !large ? SPP_TAKES_CSUM : h.ipv6 ? SPP_TAKES_TSO6 : SPP_TAKES_TSO4;
	if ((gives & asked) == 0)
		return SPP_DROP_GUEST_OFFLOAD;
	if (large) {
		why = check_large(vhost, m, &h);
		if (why != SPP_DROP_NB)
			return why;
		/* one segment: nothing to cut */
		large = h.end - spp_headers_length(&h) > m->tso_segsz;
	}
	if (!large && m->pkt_len > vhost->frame_max)
		return SPP_DROP_TOO_BIG;
	if (!large)
		m->tso_segsz = 0;
	m->ol_flags |= large                       ? RTE_MBUF_F_TX_TCP_SEG
		       : h.protocol == IPPROTO_TCP ? RTE_MBUF_F_TX_TCP_CKSUM
						   : RTE_MBUF_F_TX_UDP_CKSUM;
	return SPP_DROP_NB;
}

/*
 * librte_vhost rewrites the pseudo-header's sum of a large frame, and leaves its length out, as
 * NICs want it and guests do not: one that sends the frame on would send wrong sums. It does not
 * where headers are in two mbufs (rte_net_intel_cksum_flags_prepare() in rte_net.h). So what is in
 * front of TCP gets an mbuf of its own, and the sum is put in here.
 */
static bool
part_headers(struct rte_mbuf **pkt, const struct spp_headers *h, struct rte_mempool *pool)
{
	struct rte_mbuf *m = *pkt, *head = rte_pktmbuf_alloc(pool);
	uint16_t front = (uint16_t)(h->l2 + h->l3), sum;

	if (head == NULL)
		return false;
	memcpy(rte_pktmbuf_mtod(head, void *), rte_pktmbuf_mtod(m, const void *), front);
	sum = spp_pseudo_sum(rte_pktmbuf_mtod_offset(m, const uint8_t *, h->l2), h, h->end - front);
	memcpy(rte_pktmbuf_mtod_offset(m, void *, spp_checksum_at(h)), &sum, sizeof(sum));
	head->data_len = front;
	head->pkt_len = m->pkt_len;
	head->nb_segs = (uint16_t)(m->nb_segs + 1);
	head->ol_flags = m->ol_flags;
	head->tx_offload = m->tx_offload;
	head->next = m;
	m->data_off += front;
	m->data_len -= front;
	m->pkt_len -= front;
	*pkt = head;
	return true;
}

/* A frame that others hold, too, is copied: what is written into it they would see. False: no mbuf.
 */
static bool
make_own(struct rte_mbuf **pkt)
{
	struct rte_mbuf *copy;

	if (likely(rte_mbuf_refcnt_read(*pkt) == 1 && RTE_MBUF_DIRECT(*pkt)))
		return true;
	copy = rte_pktmbuf_copy(*pkt, (*pkt)->pool, 0, UINT32_MAX);
	if (copy == NULL)
		return false;
	rte_pktmbuf_free(*pkt);
	*pkt = copy;
	return true;
}

/* It waited for room, maybe for another guest. */
static enum spp_drop
still_fits(const struct rte_mbuf *m, unsigned int takes)
{
	unsigned int needs = (m->ol_flags & RTE_MBUF_F_TX_TCP_SEG) == 0 ? SPP_TAKES_CSUM
			     : (m->ol_flags & RTE_MBUF_F_TX_IPV6)       ? SPP_TAKES_TSO6
									: SPP_TAKES_TSO4;

	return (takes & needs) != 0 ? SPP_DROP_NB : SPP_DROP_NO_GUEST;
}

enum spp_drop
spp_vhost_offload_send(const struct spp_vhost *vhost, struct rte_mbuf **pkt)
{
	unsigned int takes = __atomic_load_n(&vhost->dp.takes, __ATOMIC_RELAXED);
	bool large = ((*pkt)->ol_flags & RTE_MBUF_F_TX_TCP_SEG) != 0;
	struct rte_mbuf *m = *pkt;
	struct spp_headers h;

	if (m->l2_len != 0) /* it is ready */
		return still_fits(m, takes);
	if (!spp_headers_read(m, &h))
		return SPP_DROP_BAD_OFFLOAD;
	if (!spp_offload_fits(m, &h, takes))
		return SPP_DROP_NO_GUEST; /* the one it was meant for has gone */
	if (large && spp_headers_length(&h) + m->tso_segsz > vhost->frame_max)
		return SPP_DROP_TOO_BIG;
	if (!large && m->pkt_len > vhost->frame_max)
		return SPP_DROP_TOO_BIG;
	if (!make_own(pkt))
		return SPP_DROP_NO_MBUF;
	m = *pkt;
	m->l2_len = h.l2;
	m->l3_len = h.l3;
	m->l4_len = h.l4;
	m->ol_flags |= h.ipv6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4;
	if (large && !part_headers(pkt, &h, vhost->mbufs))
		return SPP_DROP_NO_MBUF;
	return SPP_DROP_NB;
}

bool
spp_vhost_offload_must_wait(const struct spp_vhost *vhost)
{
	const struct rte_mempool_ops *ops = rte_mempool_get_ops(vhost->mbufs->ops_index);

	return vhost->rx_burst < SPP_VHOST_BURST_MAX &&
	       ops->get_count(vhost->mbufs) < vhost->mbufs->size / RESERVE_PART;
}
