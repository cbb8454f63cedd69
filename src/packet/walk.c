/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From component to component. See walk.h.
 */
#include "packet/walk.h"

#include <rte_cycles.h>

#include "packet/outbox.h"
#include "packet/stage.h"

void
spp_walk(struct spp_worker *w, const struct spp_snapshot *snap, struct spp_batch batch)
{
	struct spp_batch first = batch;
	uint64_t begun = rte_rdtsc(), now;
	bool forwarded = spp_stage_run(w, snap, &batch);

	for (;;) {
		now = rte_rdtsc();
		w->queue[batch.queue].cycles += now - begun;
		begun = now;
		if (w->first_next == w->nb_next)
			break;
		batch = w->next[w->first_next++];
		spp_stage_run(w, snap, &batch);
	}
	w->first_next = w->nb_next = 0;
	/* last: its flow stays pinned until all that came of it is on its way */
	if (first.has_event && !forwarded)
		spp_outbox_release(w, &first);
}
