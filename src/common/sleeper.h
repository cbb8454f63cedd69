/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How a polling thread blocks when it has nothing to do, and how others wake it. Workers and
 * schedulers use it; it knows nothing of packets.
 *
 * The handshake (the only one there is):
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
 * miss, on any CPU. It takes full fences: a store that is only "release", or even "sequentially
 * consistent", may still be under way on arm64 when the load behind it is done. The loads and
 * stores of the state may be relaxed: it carries no data, work is read with acquire order where it
 * lies.
 *
 * While nobody sleeps a waker's cost is one load. The futex is in memory shared between processes,
 * hence not a private one. Every wait has a timeout.
 */
#ifndef SPP_SLEEPER_H
#define SPP_SLEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

/** CPUs for which polling threads are counted. */
#define SPP_CPU_MAX 1024

/** Polling threads that may run on one CPU only, by CPU. In shared memory; atomic. */
struct spp_cpu_threads {
	uint32_t nb[SPP_CPU_MAX];
};

enum spp_sleep_state {
	SPP_AWAKE,
	SPP_ASLEEP,  /**< nothing to do */
	SPP_YIELDED, /**< has more to do, but others on its CPU must go first */
};

/** One thread that blocks when it has nothing to do. In shared memory. */
struct spp_sleeper {
	uint32_t state; /**< futex word, enum spp_sleep_state. sleeper: rw, wakers: to SPP_AWAKE */
	int32_t cpu;    /**< the only CPU it may run on, -1: several. Set once by the thread */
} __rte_cache_aligned;

/** Set the calling thread's CPU (from its affinity) and count it there. */
void spp_sleeper_init(struct spp_cpu_threads *cpus, struct spp_sleeper *sleeper);
/** The opposite: the thread (or its process) is gone. Any thread. */
void spp_sleeper_fini(struct spp_cpu_threads *cpus, struct spp_sleeper *sleeper);

/** Another polling thread of ours is pinned to the same CPU: do not spin, hand over. */
static inline bool
spp_sleeper_shares_cpu(const struct spp_cpu_threads *cpus, const struct spp_sleeper *sleeper)
{
	return sleeper->cpu < 0 || __atomic_load_n(&cpus->nb[sleeper->cpu], __ATOMIC_RELAXED) > 1;
}

/** First half: announce. The caller then looks once more, and blocks or cancels. */
static inline void
spp_sleep_announce(struct spp_sleeper *sleeper, enum spp_sleep_state state)
{
	__atomic_store_n(&sleeper->state, state, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void
spp_sleep_cancel(struct spp_sleeper *sleeper)
{
	__atomic_store_n(&sleeper->state, SPP_AWAKE, __ATOMIC_RELAXED);
}

/** Second half: block until woken or until timeout_us passed. The state is AWAKE afterwards. */
void spp_sleep_block(struct spp_sleeper *sleeper, uint32_t timeout_us);

static inline enum spp_sleep_state
spp_sleeper_state(const struct spp_sleeper *sleeper)
{
	return __atomic_load_n(&sleeper->state, __ATOMIC_RELAXED);
}

static inline bool
spp_sleeper_sleeps(const struct spp_sleeper *sleeper)
{
	return spp_sleeper_state(sleeper) != SPP_AWAKE;
}

/** What spp_sleeper_wake() does once it has seen somebody asleep. */
void spp_sleeper_wake_slow(struct spp_sleeper *sleeper);

/** Wake if it sleeps. The caller has passed a full fence since it handed over the work. */
static inline void
spp_sleeper_wake(struct spp_sleeper *sleeper)
{
	if (spp_sleeper_sleeps(sleeper))
		spp_sleeper_wake_slow(sleeper);
}

#endif
