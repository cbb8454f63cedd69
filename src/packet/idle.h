/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a worker does when a round moved nothing: spin for a moment, or block (common/sleeper.h).
 *
 * Where threads share a CPU none spins while another one wants it: each hands over on its way to
 * sleep, and wakes those it has given work.
 */
#ifndef SPP_IDLE_H
#define SPP_IDLE_H

#include "packet/worker.h"

/**
 * After a round that moved nothing.
 * @param waits there is work, but others must go first (budget.h, or the scheduler)
 */
void spp_idle(struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused, bool waits);

/** After a round that moved something: wake the scheduler, if it is on another CPU. */
void spp_idle_wake_others(struct spp_worker *w);

#endif
