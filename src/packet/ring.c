/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sending over rings. See ring.h.
 */
#include "packet/ring.h"

#include <string.h>

#include "packet/handover.h"
#include "packet/outbox.h"

static struct spp_batch *
ring_filling(struct spp_worker *w, uint16_t ring_id)
{
	uint16_t i;

	for (i = 0; i < w->nb_filling; i++) {
		if (w->filling[i].port_id == ring_id)
			return &w->filling[i];
	}
	return NULL;
}

/* Move packets from the end of one vector to the end of another, as many as fit. */
static void
ring_fill_up(struct rte_event_vector *to, struct rte_event_vector *from)
{
	uint16_t nb = RTE_MIN(from->nb_elem, (uint16_t)(SPP_VECTOR_SIZE - to->nb_elem));

	memcpy(to->mbufs + to->nb_elem, from->mbufs, nb * sizeof(from->mbufs[0]));
	to->nb_elem += nb;
	from->nb_elem -= nb;
	memmove(from->mbufs, from->mbufs + nb, from->nb_elem * sizeof(from->mbufs[0]));
}

/*
 * The vector is, or becomes, one that is being filled; a full one goes. All of its packets are in
 * flight from here on.
 */
static void
ring_keep(struct spp_worker *w, const struct spp_batch *next)
{
	struct spp_in_flight *ring = &w->env->in_flight[next->port_id];
	struct spp_batch *filling = ring_filling(w, next->port_id);

	if (filling == NULL) {
		spp_in_flight_enqueued(ring, next->vec->nb_elem);
		w->filling[w->nb_filling] = *next;
		__atomic_store_n(&w->nb_filling, w->nb_filling + 1, __ATOMIC_RELEASE);
		return;
	}
	spp_in_flight_added(ring, next->vec->nb_elem);
	ring_fill_up(filling->vec, next->vec);
	if (next->vec->nb_elem == 0) {
		spp_worker_vector_put(w, next->vec);
		return;
	}
	spp_outbox_put(w, RTE_EVENT_OP_NEW, filling);
	spp_in_flight_enqueued(ring, 0);
	filling->vec = next->vec;
}

bool
spp_ring_send(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_hop_tx *tx,
	      struct rte_event_vector *vec, const struct spp_batch *from)
{
	const uint16_t ring_id = tx->port_id;
	const struct spp_in_flight *ring = &w->env->in_flight[ring_id];
	struct spp_port_counters *counters = &w->port[ring_id];
	struct spp_batch next = {.vec = vec,
				 .port_id = ring_id,
				 .queue = snap->consumer[ring_id],
				 .hops = from->hops};

	if (unlikely(next.queue == SPP_QUEUE_NONE ||
		     spp_in_flight_packets(ring) + vec->nb_elem > SPP_RING_PACKETS)) {
		spp_drop(vec->mbufs, vec->nb_elem, counters->tx_drops,
			 next.queue == SPP_QUEUE_NONE ? SPP_DROP_NO_CONSUMER
			 : tx->copies                 ? SPP_DROP_MIRROR_FULL
						      : SPP_DROP_RING_FULL);
		spp_worker_vector_put(w, vec);
		return false;
	}
	counters->tx_packets += vec->nb_elem;
	if (spp_in_flight_vectors(ring) >= SPP_RING_AHEAD ||
	    (w->nb_filling > 0 && ring_filling(w, ring_id) != NULL)) {
		ring_keep(w, &next);
		return false;
	}
	return spp_handover(w, snap,
			    from->has_event && vec == from->vec ? RTE_EVENT_OP_FORWARD
								: RTE_EVENT_OP_NEW,
			    next) &&
	       from->has_event && vec == from->vec;
}

void
spp_ring_flush(struct spp_worker *w, bool all)
{
	uint16_t i, kept = 0;

	for (i = 0; i < w->nb_filling; i++) {
		if (all || spp_in_flight_vectors(&w->env->in_flight[w->filling[i].port_id]) <=
				   SPP_RING_AHEAD)
			spp_outbox_put(w, RTE_EVENT_OP_NEW, &w->filling[i]);
		else
			w->filling[kept++] = w->filling[i];
	}
	__atomic_store_n(&w->nb_filling, kept, __ATOMIC_RELEASE);
}
