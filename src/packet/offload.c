/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See offload.h. Segments go through the port's backlog as any frames do: before it, so that what
 * finds no room waits there, and nothing waits anywhere else.
 */
#include "packet/offload.h"

#include "packet/backlog.h"
#include "packet/segment.h"

struct leaving {
	struct spp_worker *w;
	const struct spp_snapshot *snap;
	const struct spp_hop_tx *tx;
	uint16_t nb;
	struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
};

static void
leaving_flush(struct leaving *out)
{
	if (out->nb > 0)
		spp_backlog_send(out->w, out->snap, out->tx, out->pkts, out->nb);
	out->nb = 0;
}

static void
leaving_put(struct leaving *out, struct rte_mbuf *m)
{
	if (out->nb == RTE_DIM(out->pkts))
		leaving_flush(out);
	out->pkts[out->nb++] = m;
}

static void
leaving_drop(struct leaving *out, struct rte_mbuf *m, enum spp_drop reason)
{
	spp_drop(&m, 1, out->w->port[out->tx->port_id].tx_drops, reason);
}

static void
cut(struct leaving *out, struct rte_mbuf *m, const struct spp_headers *headers)
{
	struct spp_segmenter segmenter;
	struct rte_mbuf *segment;

	spp_segment_begin(&segmenter, m, headers, m->tso_segsz);
	while (spp_segment_more(&segmenter)) {
		segment = spp_segment_next(&segmenter, m->pool);
		if (unlikely(segment == NULL)) {
			leaving_drop(out, m, SPP_DROP_NO_MBUF);
			return;
		}
		leaving_put(out, segment);
	}
	rte_pktmbuf_free(m);
}

static void
sum_up(struct leaving *out, struct rte_mbuf *m, const struct spp_headers *headers)
{
	struct rte_mbuf *own = m;

	if (rte_mbuf_refcnt_read(m) > 1 || !RTE_MBUF_DIRECT(m)) {
		own = rte_pktmbuf_copy(m, m->pool, 0, UINT32_MAX);
		if (unlikely(own == NULL)) {
			leaving_drop(out, m, SPP_DROP_NO_MBUF);
			return;
		}
		rte_pktmbuf_free(m);
	}
	spp_checksum_fill(own, headers);
	own->ol_flags &= ~(SPP_OFFLOAD_MASK | RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6);
	leaving_put(out, own);
}

static void
finish(struct leaving *out, struct rte_mbuf *m, unsigned int takes)
{
	struct spp_headers headers;

	/* it was right when it came: a VLAN operation may have moved its headers out of the first
	 * mbuf, or put a third tag in front */
	if (unlikely(!spp_headers_read(m, &headers)))
		leaving_drop(out, m, SPP_DROP_BAD_OFFLOAD);
	else if (spp_offload_fits(m, &headers, takes))
		leaving_put(out, m);
	else if (m->ol_flags & RTE_MBUF_F_TX_TCP_SEG)
		cut(out, m, &headers);
	else
		sum_up(out, m, &headers);
}

void
spp_offload_send(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_hop_tx *tx,
		 struct rte_mbuf **pkts, uint16_t nb)
{
	struct leaving out = {.w = w, .snap = snap, .tx = tx};
	unsigned int takes;
	uint64_t marks = 0;
	uint16_t i;

	for (i = 0; i < nb; i++)
		marks |= pkts[i]->ol_flags;
	if ((marks & SPP_OFFLOAD_MASK) == 0) {
		spp_backlog_send(w, snap, tx, pkts, nb);
		return;
	}
	takes = __atomic_load_n(&tx->dp->takes, __ATOMIC_RELAXED);
	for (i = 0; i < nb; i++) {
		if (pkts[i]->ol_flags & SPP_OFFLOAD_MASK)
			finish(&out, pkts[i], takes);
		else
			leaving_put(&out, pkts[i]);
	}
	leaving_flush(&out);
}
