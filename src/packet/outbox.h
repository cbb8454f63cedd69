/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Events on their way from a worker to the event device: collected, and enqueued together.
 *
 * Order: NEW events that come of an event are put before its RELEASE, by the same event port, so
 * the flow stays pinned until they are in their queues.
 */
#ifndef SPP_OUTBOX_H
#define SPP_OUTBOX_H

#include "packet/worker.h"

/** Append an event (RTE_EVENT_OP_NEW, _FORWARD); enqueues what is there when the buffer is full. */
void spp_outbox_put(struct spp_worker *w, uint8_t op, const struct spp_batch *batch);
/** Append the release of the event that the batch came with. */
void spp_outbox_release(struct spp_worker *w, const struct spp_batch *batch);
/** Enqueue what is in the buffer. False: the scheduler does not keep up, something is left. */
bool spp_outbox_flush(struct spp_worker *w);

#endif
