/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a worker does when a round moved nothing: spin for a moment, or block (rest.h). Where
 * threads share a CPU none spins while another one wants it: each hands over on its way to sleep,
 * and wakes whom it has given work.
 */
#include "worker.h"

#include <rte_cycles.h>
#include <rte_pause.h>

#define SPIN_US 50  /* without work, while nobody else wants the CPU, before it blocks */
#define TURN_US 100 /* who never rests wakes others on its CPU after that time */
#define POLL_US 200 /* --idle-us 0 on a shared CPU: others must have their turn all the same */
/* Others on the CPU have our vectors and wake us; this is the limit. Longer than a tick: a timer
 * that comes before the next tick costs a write to the timer hardware, twice a turn. */
#define YIELD_US    10000
#define DOZE_US     100 /* for a moment after work sources are looked at, not told to wake us */
#define DOZE_FOR_US 1000
#define ARMED_US    100000  /* sources wake us; this is for the case that one did not */
#define SLEEP_US    1000000 /* only control or a ring can bring work, and they wake us */

static bool
worker_on_my_cpu(const struct spp_worker *w, const struct spp_rest *other)
{
	return w->rest->cpu >= 0 && other->cpu == w->rest->cpu;
}

/*
 * All others on our CPU sleep and nothing we handed over waits for them: to spin for a moment takes
 * nothing from anybody. Not so where another VF has threads, which we do not look at.
 */
static bool
worker_has_cpu_for_itself(const struct spp_worker *w)
{
	const struct spp_share_slot *slot = w->env->slot;
	const struct spp_rest *other;
	unsigned int threads, i;

	if (w->rest->cpu < 0 || rte_event_ring_count(w->rx) > 0)
		return false;
	threads = __atomic_load_n(&w->env->share->cpu_threads[w->rest->cpu], __ATOMIC_RELAXED);
	for (i = 0; i <= SPP_WORKER_MAX; i++) {
		other = i < SPP_WORKER_MAX ? &slot->worker[i] : w->env->scheduler;
		if (!worker_on_my_cpu(w, other))
			continue;
		if (other != w->rest &&
		    __atomic_load_n(&other->state, __ATOMIC_RELAXED) != SPP_ASLEEP)
			return false;
		threads--;
	}
	return threads == 0;
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
	/* On our CPU it goes on when we rest; unless we never do. */
	if (worker_on_my_cpu(w, w->env->scheduler) &&
	    w->last_tsc - w->last_rest < w->cycles_per_us * TURN_US)
		return;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (spp_rest_sleeps(w->env->scheduler) && rte_event_ring_count(w->rx) > 0)
		spp_rest_wake(w->env->scheduler);
}

/*
 * Ports that can, are told to wake us. False: one has packets already. Not those that are paused:
 * their packets would wake us for nothing, and who lifts the pause wakes us.
 */
static bool
worker_arm_sources(struct spp_worker *w, const struct spp_worker_sources *sources, uint64_t paused)
{
	struct spp_dp_port *dp;
	bool quiet = true;
	uint16_t i;

	for (i = 0; i < sources->nb; i++) {
		dp = sources->source[i].dp;
		if (dp->arm == NULL || (paused & (1ull << sources->source[i].queue)))
			continue;
		w->armed[w->nb_armed++] = dp;
		if (!dp->arm(dp, w->rest))
			quiet = false;
	}
	return quiet;
}

/* The snapshot they were armed from may be gone by now; ports stay as long as the process. */
static void
worker_disarm_sources(struct spp_worker *w)
{
	while (w->nb_armed > 0) {
		w->nb_armed--;
		w->armed[w->nb_armed]->disarm(w->armed[w->nb_armed], w->rest);
	}
}

/* Some source cannot wake us: it has to be looked at. */
static bool
worker_has_silent_source(const struct spp_worker_sources *sources)
{
	uint16_t i;

	for (i = 0; i < sources->nb; i++) {
		if (sources->source[i].dp->arm == NULL)
			return true;
	}
	return false;
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

/* Announce, look once more, wake whom we gave work, block: rest.h has the handshake. */
static void
worker_block(struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused,
	     enum spp_rest_state state, uint32_t timeout_us, bool arm)
{
	const struct spp_worker_env *env = w->env;
	uint64_t bit = 1ull << w->index, start;

	__atomic_or_fetch(&env->slot->sleepers, bit, __ATOMIC_RELAXED);
	spp_rest_announce(w->rest, state);
	if ((arm && !worker_arm_sources(w, &snap->worker[w->index], paused)) ||
	    worker_must_stay_awake(w, snap, paused)) {
		spp_rest_cancel(w->rest);
	} else {
		if (rte_event_ring_count(w->rx) > 0)
			spp_rest_wake(env->scheduler);
		/* who moved nothing since it last woke brings nobody any further */
		if (w->last_work > w->last_rest)
			worker_wake_yielded(w);
		/* Offline while it blocks: nobody waits for it, and the snapshot may go. */
		rte_rcu_qsbr_thread_offline(env->wiring->qsbr, w->index);
		start = rte_rdtsc();
		spp_rest_block(w->rest, timeout_us);
		w->last_tsc = w->last_rest = rte_rdtsc();
		w->asleep_cycles += w->last_tsc - start;
		rte_rcu_qsbr_thread_online(env->wiring->qsbr, w->index);
	}
	worker_disarm_sources(w);
	__atomic_and_fetch(&env->slot->sleepers, ~bit, __ATOMIC_RELAXED);
}

void
spp_worker_rest(struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused,
		bool held_back)
{
	const struct spp_worker_env *env = w->env;
	const struct spp_worker_sources *sources = &snap->worker[w->index];
	uint64_t quiet_us = (rte_rdtsc() - w->last_work) / w->cycles_per_us;
	bool silent = worker_has_silent_source(sources);
	bool polls = held_back || (silent && env->idle_us == 0);
	uint32_t timeout = SLEEP_US;

	if (spp_rest_shares_cpu(env->share, w->rest)
		    ? !polls && quiet_us < SPIN_US && worker_has_cpu_for_itself(w)
		    : polls || quiet_us < SPIN_US) {
		spp_worker_wake_others(w);
		rte_pause();
		return;
	}
	if (held_back)
		timeout = YIELD_US;
	else if (polls)
		timeout = POLL_US;
	else if (sources->nb > 0 && quiet_us < DOZE_FOR_US)
		timeout = DOZE_US;
	else if (silent)
		timeout = env->idle_us;
	else if (sources->nb > 0)
		timeout = ARMED_US;
	worker_block(w, snap, paused, held_back ? SPP_YIELDED : SPP_ASLEEP, timeout,
		     !polls && quiet_us >= DOZE_FOR_US);
}
