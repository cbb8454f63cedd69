/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the event device. See take.h.
 */
#include "packet/take.h"

#include "packet/walk.h"

unsigned int
spp_take(struct spp_worker *w)
{
	struct rte_event events[SPP_EVENT_BURST];
	const struct spp_snapshot *snap;
	uint16_t i, nb, packets;

	/* saves a way through the driver and its memory, which is cold after a sleep */
	if (spp_evport_scheduled(&w->evport) == 0)
		return 0;
	nb = spp_evdev_dequeue(w->env->dev_id, w->index, events, RTE_DIM(events));
	/* Loaded now: since the round began a flush may have resumed the sources, and these events
	 * may be for the new wiring. For the old one there are none: it was drained. */
	snap = __atomic_load_n(&w->env->wiring->snapshot, __ATOMIC_ACQUIRE);
	for (i = 0; i < nb; i++) {
		packets = events[i].vec->nb_elem;
		spp_walk(w, snap,
			 (struct spp_batch){.vec = events[i].vec,
					    .port_id = (uint16_t)events[i].flow_id,
					    .queue = events[i].queue_id,
					    .has_event = true});
		spp_in_flight_done(&w->env->in_flight[events[i].flow_id], packets);
	}
	return nb;
}
