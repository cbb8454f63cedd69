/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Polling sources. See poll.h.
 */
#include "packet/poll.h"

#include "packet/budget.h"
#include "packet/handover.h"
#include "packet/walk.h"

/* No vector to put packets into: receive and drop, or the NIC would drop them uncounted. */
static uint16_t
poll_dry(struct spp_worker *w, const struct spp_source *source)
{
	struct spp_port_counters *counters = &w->port[source->port_id];
	struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
	uint16_t nb = spp_dp_rx(source->dp, pkts, RTE_DIM(pkts), counters);

	spp_drop(pkts, nb, counters->rx_drops, SPP_DROP_NO_VECTOR);
	return nb;
}

static uint16_t
poll_source(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_source *source)
{
	struct spp_batch batch = {.vec = spp_worker_vector_get(w),
				  .port_id = source->port_id,
				  .queue = source->queue};
	uint16_t nb;

	if (unlikely(batch.vec == NULL))
		return poll_dry(w, source);
	nb = spp_dp_rx(source->dp, batch.vec->mbufs, SPP_VECTOR_SIZE, &w->port[source->port_id]);
	if (nb == 0) {
		spp_worker_vector_put(w, batch.vec);
		return 0;
	}
	batch.vec->nb_elem = nb;
	spp_stamp_put(batch.vec, spp_stamp(w->last_tsc));
	if (spp_handover_is_direct(w, snap, &batch)) {
		batch.hops++;
		spp_walk(w, snap, batch);
	} else {
		spp_handover_enqueue(w, RTE_EVENT_OP_NEW, &batch);
	}
	return nb;
}

/* What others received before a guest that floods (storm.h) has its turn. */
#define STORM_AFTER (32ull * SPP_VECTOR_SIZE)

/*
 * Each round begins where the last one had to leave a source waiting: else, with more sources than
 * the budget lets be polled in a round, the last ones would never have their turn.
 */
static unsigned int
poll_round(struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused, bool no_storms,
	   bool *waits)
{
	const struct spp_worker_sources *sources = &snap->worker[w->index];
	const struct spp_source *source;
	uint16_t first = w->first_source < sources->nb ? w->first_source : 0;
	uint16_t i, s = first, refused = UINT16_MAX;
	unsigned int moved = 0;

	for (i = 0; i < sources->nb; i++, s++) {
		if (s == sources->nb)
			s = 0;
		source = &sources->source[s];
		if (unlikely(paused & (1ull << source->queue)))
			continue;
		if (unlikely(no_storms) && w->storm[source->port_id].until > w->last_tsc)
			continue;
		if (unlikely(!spp_budget_allows(w, &snap->hop[source->queue].budget))) {
			if (refused == UINT16_MAX)
				refused = s;
			continue;
		}
		moved += poll_source(w, snap, source);
	}
	if (unlikely(refused != UINT16_MAX)) {
		*waits = true;
		w->first_source = refused;
	}
	return moved;
}

/* A guest that floods waits until others had 32 times what it gets; where none of them has anything
 * it does not wait. */
static unsigned int
poll_in_storm(struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused, bool *waits)
{
	unsigned int moved;

	if (w->storm_credit < STORM_AFTER) {
		moved = poll_round(w, snap, paused, true, waits);
		w->storm_credit += moved;
		if (moved > 0)
			return moved;
	}
	w->storm_credit = 0;
	return poll_round(w, snap, paused, false, waits);
}

unsigned int
spp_poll(struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused, bool *waits)
{
	if (unlikely(w->storm_until > w->last_tsc))
		return poll_in_storm(w, snap, paused, waits);
	return poll_round(w, snap, paused, false, waits);
}
