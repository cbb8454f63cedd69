/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To the next component. See handover.h.
 */
#include "packet/handover.h"

#include "packet/outbox.h"

void
spp_handover_enqueue(struct spp_worker *w, uint8_t op, const struct spp_batch *batch)
{
	spp_in_flight_enqueued(&w->env->in_flight[batch->port_id], batch->vec->nb_elem);
	spp_outbox_put(w, op, batch);
}

bool
spp_handover(struct spp_worker *w, const struct spp_snapshot *snap, uint8_t op,
	     struct spp_batch batch)
{
	if (spp_handover_is_direct(w, snap, &batch)) {
		batch.hops++;
		batch.has_event = false;
		w->next[w->nb_next++] = batch;
		return false;
	}
	spp_handover_enqueue(w, op, &batch);
	return true;
}
