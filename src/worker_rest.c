/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a worker does when a round moved nothing: spin for a moment, or block (rest.h). Where
 * threads share a CPU they never spin: each hands over on its way to sleep, and wakes whom it has
 * given work.
 */
#include "worker.h"

#include <rte_cycles.h>
#include <rte_pause.h>

#define SPIN_US  50      /* without work, on a CPU of its own, before it blocks */
#define YIELD_US 200     /* others on the CPU have our vectors: they wake us, this is the limit */
#define SLEEP_US 1000000 /* only control or a ring can bring work, and they wake us */

static bool
worker_on_my_cpu(const struct spp_worker *w, const struct spp_rest *other)
{
	return w->rest->cpu >= 0 && other->cpu == w->rest->cpu;
}

/* Who handed over and has more to do goes on when we rest. */
static void
worker_wake_yielded(struct spp_worker *w)
{
	struct spp_share_slot *slot = w->env->slot;
	uint64_t sleepers = __atomic_load_n(&slot->sleepers, __ATOMIC_RELAXED);
	unsigned int i;

	for (; sleepers != 0; sleepers &= sleepers - 1) {
		i = __builtin_ctzll(sleepers);
		if (i != w->index &&
		    __atomic_load_n(&slot->worker[i].state, __ATOMIC_RELAXED) == SPP_YIELDED)
			spp_rest_wake(&slot->worker[i]);
	}
}

void
spp_worker_wake_others(struct spp_worker *w)
{
	if (worker_on_my_cpu(w, w->env->scheduler))
		return; /* it cannot run before we rest, and is woken then */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (spp_rest_sleeps(w->env->scheduler) && rte_event_ring_count(w->rx) > 0)
		spp_rest_wake(w->env->scheduler);
}

static uint32_t
worker_sleep_us(const struct spp_worker *w, const struct spp_snapshot *snap, bool held_back)
{
	if (held_back)
		return YIELD_US;
	if (snap->worker[w->index].nb == 0)
		return SLEEP_US;
	return w->env->idle_us > 0 ? w->env->idle_us : YIELD_US;
}

/* Between announcing and blocking: did work arrive in the meantime? */
static bool
worker_must_stay_awake(const struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused)
{
	const struct spp_wiring *wiring = w->env->wiring;

	return rte_event_ring_count(w->cq) > 0 ||
	       __atomic_load_n(&wiring->snapshot, __ATOMIC_RELAXED) != snap ||
	       __atomic_load_n(&wiring->paused, __ATOMIC_RELAXED) != paused ||
	       __atomic_load_n(&wiring->stop, __ATOMIC_RELAXED);
}

void
spp_worker_rest(struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused,
		bool held_back)
{
	const struct spp_worker_env *env = w->env;
	uint64_t bit = 1ull << w->index, start;
	bool polls = held_back || (env->idle_us == 0 && snap->worker[w->index].nb > 0);

	if (!spp_rest_shares_cpu(env->share, w->rest) &&
	    (polls || rte_rdtsc() - w->last_work < rte_get_tsc_hz() / 1000000 * SPIN_US)) {
		spp_worker_wake_others(w);
		rte_pause();
		return;
	}
	__atomic_or_fetch(&env->slot->sleepers, bit, __ATOMIC_RELAXED);
	spp_rest_announce(w->rest, held_back ? SPP_YIELDED : SPP_ASLEEP);
	if (worker_must_stay_awake(w, snap, paused)) {
		spp_rest_cancel(w->rest);
	} else {
		if (rte_event_ring_count(w->rx) > 0)
			spp_rest_wake(env->scheduler);
		worker_wake_yielded(w);
		/* Offline before it blocks, online before it loads the snapshot again. */
		rte_rcu_qsbr_thread_offline(env->wiring->qsbr, w->index);
		start = rte_rdtsc();
		spp_rest_block(w->rest, worker_sleep_us(w, snap, held_back));
		w->last_tsc = rte_rdtsc();
		w->asleep_cycles += w->last_tsc - start;
		rte_rcu_qsbr_thread_online(env->wiring->qsbr, w->index);
	}
	__atomic_and_fetch(&env->slot->sleepers, ~bit, __ATOMIC_RELAXED);
}
