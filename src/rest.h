/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How a polling thread blocks when it has nothing to do, and how others wake it.
 *
 * The handshake (the only one; workers and schedulers both use it):
 *
 *     sleeper                                 waker
 *     -------                                 -----
 *     state = ASLEEP or YIELDED               hand over work (event ring, snapshot, ...)
 *     full fence                              full fence
 *     look once more for work                 if state != AWAKE:
 *     none: futex_wait(state, timeout)            if exchange(state, AWAKE) != AWAKE: futex_wake
 *     state = AWAKE
 *
 * Either the sleeper sees the work or the waker sees the state: the two fences forbid that both
 * miss. While nobody sleeps a waker's cost is one load. The futex is in memory shared between
 * processes, hence not a private one. Every wait has a timeout.
 */
#ifndef SPP_REST_H
#define SPP_REST_H

#include <stdint.h>

#include "share.h"

/** Set the thread's CPU (from its affinity) and count it there. */
void spp_rest_init(struct spp_share *share, struct spp_rest *rest);
/** The opposite: the thread (or its process) is gone. */
void spp_rest_fini(struct spp_share *share, struct spp_rest *rest);

/** Another polling thread of ours is pinned to the same CPU: do not spin, hand over. */
static inline bool
spp_rest_shares_cpu(const struct spp_share *share, const struct spp_rest *rest)
{
	return rest->cpu < 0 ||
	       __atomic_load_n(&share->cpu_threads[rest->cpu], __ATOMIC_RELAXED) > 1;
}

/** First half: announce. The caller then looks once more, and blocks or cancels. */
static inline void
spp_rest_announce(struct spp_rest *rest, enum spp_rest_state state)
{
	__atomic_store_n(&rest->state, state, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void
spp_rest_cancel(struct spp_rest *rest)
{
	__atomic_store_n(&rest->state, SPP_AWAKE, __ATOMIC_RELAXED);
}

/** Second half: block until woken or until timeout_us passed. The state is AWAKE afterwards. */
void spp_rest_block(struct spp_rest *rest, uint32_t timeout_us);

/** Wake if it sleeps. The caller has passed a full fence since it handed over the work. */
void spp_rest_wake_slow(struct spp_rest *rest);

static inline bool
spp_rest_sleeps(const struct spp_rest *rest)
{
	return __atomic_load_n(&rest->state, __ATOMIC_RELAXED) != SPP_AWAKE;
}

static inline void
spp_rest_wake(struct spp_rest *rest)
{
	if (spp_rest_sleeps(rest))
		spp_rest_wake_slow(rest);
}

#endif
