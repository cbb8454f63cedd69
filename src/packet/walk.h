/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The way of a batch through the components of one worker: it meets the first, and what that hands
 * straight on (handover.h) meets the next, until nothing waits on the worker any more.
 */
#ifndef SPP_WALK_H
#define SPP_WALK_H

#include "packet/worker.h"

/** Consumes the batch, and the event it came with. */
void spp_walk(struct spp_worker *w, const struct spp_snapshot *snap, struct spp_batch batch);

#endif
