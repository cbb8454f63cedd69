/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How a batch gets to its next component: through the event device, or straight there (direct
 * dispatch, `--dispatch auto`) where the device has nothing to decide.
 *
 * Straight there means: this worker has the component, and nothing of that port is in the device,
 * which it could overtake. The batch then waits on the worker until walk.h takes it up, in the
 * order of the hand-overs; so a batch that goes through the device never overtakes one that waits.
 */
#ifndef SPP_HANDOVER_H
#define SPP_HANDOVER_H

#include "packet/worker.h"

/** How many components in a row may be met without the event device. */
#define SPP_DIRECT_HOPS_MAX 8

/** May the batch go straight to its component? */
static inline bool
spp_handover_is_direct(const struct spp_worker *w, const struct spp_snapshot *snap,
		       const struct spp_batch *batch)
{
	return w->env->direct && batch->hops < SPP_DIRECT_HOPS_MAX &&
	       snap->hop[batch->queue].worker == w->index && w->nb_next < SPP_NEXT_MAX &&
	       spp_in_flight_vectors(&w->env->in_flight[batch->port_id]) == 0;
}

/** Through the event device, as an event of that operation (RTE_EVENT_OP_NEW, _FORWARD). */
void spp_handover_enqueue(struct spp_worker *w, uint8_t op, const struct spp_batch *batch);

/**
 * One way or the other. Consumes the batch.
 * @return false when it waits on this worker; true when it became an event
 */
bool spp_handover(struct spp_worker *w, const struct spp_snapshot *snap, uint8_t op,
		  struct spp_batch batch);

#endif
