/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The packets of a vector go to different places: those for one tx port are gathered, in their
 * order, and sent together. Called by worker_io.c with what the classifier said of each.
 */
#include "worker.h"

#include <string.h>

#include "stage_classifier.h"

/* Places a packet may go to: each tx port, and the reasons to drop it. */
#define PLACES (SPP_DST_MULTICAST + 1)

static void
split_drop(struct spp_queue_counters *counters, struct rte_mbuf **pkts, uint16_t nb, uint8_t dst)
{
	if (unlikely(nb > 0))
		spp_drop(pkts, nb, counters->drops,
			 dst == SPP_DST_NO_ENTRY ? SPP_DROP_NO_ENTRY : SPP_DROP_NO_PORT);
}

/*
 * A counting sort: addresses come in no order a branch predictor could learn, so there is no branch
 * on them.
 */
void
spp_worker_split(struct spp_worker *w, const struct spp_snapshot *snap, uint8_t queue,
		 struct rte_event_vector *vec, const uint8_t dst[], unsigned int depth)
{
	const struct spp_hop *hop = &snap->hop[queue];
	struct spp_queue_counters *counters = &w->queue[queue];
	struct rte_mbuf *sorted[SPP_VECTOR_SIZE];
	uint16_t end[PLACES] = {0}, first, nb = vec->nb_elem, i, t;

	for (i = 0; i < nb; i++)
		end[dst[i]]++;
	/* how many there are becomes where they begin ... */
	for (t = 0, first = 0; t < hop->nb_tx; t++) {
		i = end[t];
		end[t] = first;
		first += i;
	}
	i = end[SPP_DST_NO_ENTRY];
	end[SPP_DST_NO_ENTRY] = first;
	end[SPP_DST_NO_PORT] = first + i;
	/* ... and that where they end */
	for (i = 0; i < nb; i++)
		sorted[end[dst[i]]++] = vec->mbufs[i];
	for (t = 0, first = 0; t < hop->nb_tx; t++) {
		if (end[t] > first)
			spp_worker_send_some(w, snap, &hop->tx[t], &sorted[first],
					     (uint16_t)(end[t] - first), depth);
		first = end[t];
	}
	split_drop(counters, &sorted[first], (uint16_t)(end[SPP_DST_NO_ENTRY] - first),
		   SPP_DST_NO_ENTRY);
	split_drop(counters, &sorted[end[SPP_DST_NO_ENTRY]], (uint16_t)(nb - end[SPP_DST_NO_ENTRY]),
		   SPP_DST_NO_PORT);
}

/* Count the receivers of each multicast packet, share it by reference. */
static void
split_share(const struct spp_hop *hop, struct rte_mbuf **pkts, uint16_t nb, uint8_t dst[],
	    const struct spp_port_set *group[])
{
	uint16_t i, t, receivers;

	for (i = 0; i < nb; i++) {
		if (dst[i] != SPP_DST_MULTICAST)
			continue;
		receivers = 0;
		for (t = 0; t < hop->nb_tx; t++)
			receivers += spp_port_set_has(group[i], hop->tx[t].port_id);
		if (receivers == 0)
			dst[i] = spp_port_set_empty(group[i]) ? SPP_DST_NO_ENTRY : SPP_DST_NO_PORT;
		else if (receivers > 1)
			rte_pktmbuf_refcnt_update(pkts[i], receivers - 1);
	}
}

void
spp_worker_split_multicast(struct spp_worker *w, const struct spp_snapshot *snap, uint8_t queue,
			   struct rte_event_vector *vec, uint8_t dst[],
			   const struct spp_port_set *group[], unsigned int depth)
{
	const struct spp_hop *hop = &snap->hop[queue];
	struct rte_mbuf *some[SPP_VECTOR_SIZE];
	uint16_t nb = vec->nb_elem, i, n, t;

	split_share(hop, vec->mbufs, nb, dst, group);
	for (i = 0; i < nb; i++) {
		if (dst[i] == SPP_DST_NO_ENTRY || dst[i] == SPP_DST_NO_PORT)
			split_drop(&w->queue[queue], &vec->mbufs[i], 1, dst[i]);
	}
	for (t = 0; t < hop->nb_tx; t++) {
		n = 0;
		for (i = 0; i < nb; i++) {
			if (dst[i] == t || (dst[i] == SPP_DST_MULTICAST &&
					    spp_port_set_has(group[i], hop->tx[t].port_id)))
				some[n++] = vec->mbufs[i];
		}
		if (n > 0)
			spp_worker_send_some(w, snap, &hop->tx[t], some, n, depth);
	}
}
