/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a worker does when a round moved nothing. See idle.h.
 */
#include "packet/idle.h"

#include <rte_cycles.h>
#include <rte_pause.h>

#define SPIN_US 50  /* without work, while nobody else wants the CPU, before it blocks */
#define TURN_US 100 /* a worker that never sleeps wakes others on its CPU after that time */
#define POLL_US 200 /* --idle-us 0 on a shared CPU: others must have their turn all the same */
/* Others on the CPU have our vectors and wake us; this is the limit. Longer than a tick of the
 * kernel: a timer that ends before the next tick costs a write to the timer hardware, twice a turn.
 */
#define YIELD_US    10000
#define RETRY_US    50  /* packets wait here for a port (backlog.h) or a ring (ring.h) */
#define DOZE_US     100 /* for a moment after work sources are looked at, not told to wake us */
#define DOZE_FOR_US 1000
#define LOOK_PART   16 /* traffic often comes back soon: looks get rarer as silence gets longer */
#define LOOK_MIN_US 20
#define ARMED_US    100000  /* sources wake us; this is for the case that one did not */
#define SLEEP_US    1000000 /* only control or a ring can bring work, and they wake us */

static bool
on_my_cpu(const struct spp_worker *w, const struct spp_sleeper *other)
{
	return w->sleeper->cpu >= 0 && other->cpu == w->sleeper->cpu;
}

/*
 * All others on our CPU sleep and nothing we handed over waits for them: to spin for a moment takes
 * nothing from anybody. Not so where another VF has threads, which we do not look at.
 */
static bool
has_cpu_for_itself(const struct spp_worker *w)
{
	const struct spp_share_slot *slot = w->env->slot;
	const struct spp_sleeper *other;
	unsigned int threads, i;

	if (w->sleeper->cpu < 0 || spp_evport_enqueued(&w->evport) > 0)
		return false;
	threads = __atomic_load_n(&w->env->share->cpus.nb[w->sleeper->cpu], __ATOMIC_RELAXED);
	for (i = 0; i <= SPP_WORKER_MAX; i++) {
		other = i < SPP_WORKER_MAX ? &slot->worker[i] : w->env->scheduler;
		if (!on_my_cpu(w, other))
			continue;
		if (other != w->sleeper && spp_sleeper_state(other) != SPP_ASLEEP)
			return false;
		threads--;
	}
	return threads == 0;
}

/* Workers that gave us work and have more to do themselves go on when we sleep. */
static void
wake_yielded(struct spp_worker *w)
{
	struct spp_share_slot *slot = w->env->slot;
	uint64_t sleepers = __atomic_load_n(&slot->sleepers, __ATOMIC_RELAXED);
	unsigned int i;

	for (; sleepers != 0; sleepers &= sleepers - 1) {
		i = __builtin_ctzll(sleepers);
		if (i != w->index && spp_sleeper_state(&slot->worker[i]) == SPP_YIELDED)
			spp_sleeper_wake(&slot->worker[i]);
	}
}

void
spp_idle_wake_others(struct spp_worker *w)
{
	/* A scheduler on our own CPU goes on when we sleep; it is woken now if we never do. */
	if (on_my_cpu(w, w->env->scheduler) &&
	    w->last_tsc - w->last_sleep < w->cycles_per_us * TURN_US)
		return;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (spp_sleeper_sleeps(w->env->scheduler) && spp_evport_enqueued(&w->evport) > 0)
		spp_sleeper_wake(w->env->scheduler);
}

/*
 * Ports that can, are told to wake us. False: one has packets already. Not those that are paused:
 * their packets would wake us for nothing, and control wakes us when it lifts the pause.
 */
static bool
arm_sources(struct spp_worker *w, const struct spp_worker_sources *sources, uint64_t paused)
{
	struct spp_dp_port *dp;
	bool quiet = true;
	uint16_t i;

	for (i = 0; i < sources->nb; i++) {
		dp = sources->source[i].dp;
		if (dp->arm == NULL || (paused & (1ull << sources->source[i].queue)))
			continue;
		w->armed[w->nb_armed++] = dp;
		if (!dp->arm(dp, w->sleeper))
			quiet = false;
	}
	return quiet;
}

/* The snapshot they were armed from may be gone by now; ports stay as long as the process. */
static void
disarm_sources(struct spp_worker *w)
{
	while (w->nb_armed > 0) {
		w->nb_armed--;
		w->armed[w->nb_armed]->disarm(w->armed[w->nb_armed], w->sleeper);
	}
}

/* Some source cannot wake us: it has to be looked at. */
static bool
has_silent_source(const struct spp_worker_sources *sources)
{
	const struct spp_dp_port *dp;
	uint16_t i;

	for (i = 0; i < sources->nb; i++) {
		dp = sources->source[i].dp;
		if (dp->arm == NULL || __atomic_load_n(&dp->silent, __ATOMIC_RELAXED))
			return true;
	}
	return false;
}

/* Between announcing and blocking: did work arrive in the meantime? */
static bool
must_stay_awake(const struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused)
{
	const struct spp_wiring *wiring = w->env->wiring;

	return spp_evport_scheduled(&w->evport) > 0 ||
	       __atomic_load_n(&wiring->snapshot, __ATOMIC_RELAXED) != snap ||
	       __atomic_load_n(&wiring->paused, __ATOMIC_RELAXED) != paused ||
	       __atomic_load_n(&wiring->stop, __ATOMIC_RELAXED);
}

/* Announce, look once more, wake whom we gave work, block: sleeper.h has the handshake. */
static void
idle_block(struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused,
	   enum spp_sleep_state state, uint32_t timeout_us, bool arm)
{
	const struct spp_worker_env *env = w->env;
	uint64_t bit = 1ull << w->index, start;

	__atomic_or_fetch(&env->slot->sleepers, bit, __ATOMIC_RELAXED);
	spp_sleep_announce(w->sleeper, state);
	if ((arm && !arm_sources(w, &snap->worker[w->index], paused)) ||
	    must_stay_awake(w, snap, paused)) {
		spp_sleep_cancel(w->sleeper);
	} else {
		if (spp_evport_enqueued(&w->evport) > 0)
			spp_sleeper_wake(env->scheduler);
		/* a worker that moved nothing since it last woke has nothing for them */
		if (w->last_work > w->last_sleep)
			wake_yielded(w);
		/* Offline while it blocks: nobody waits for it, and the snapshot may go. */
		rte_rcu_qsbr_thread_offline(env->wiring->qsbr, w->index);
		start = rte_rdtsc();
		spp_sleep_block(w->sleeper, timeout_us);
		w->last_tsc = w->last_sleep = rte_rdtsc();
		w->asleep_cycles += w->last_tsc - start;
		rte_rcu_qsbr_thread_online(env->wiring->qsbr, w->index);
	}
	disarm_sources(w);
	__atomic_and_fetch(&env->slot->sleepers, ~bit, __ATOMIC_RELAXED);
}

/* How long until the sources that cannot wake us have to be looked at. */
static uint32_t
look_us(const struct spp_worker *w, const struct spp_worker_sources *sources, uint64_t quiet_us)
{
	uint64_t look = w->env->idle_us, hold;
	uint32_t nics;
	uint16_t i;

	if (look == SPP_IDLE_AUTO) {
		look = SPP_IDLE_US;
		for (i = 0; i < sources->nb; i++) {
			for (nics = sources->source[i].nics; nics != 0; nics &= nics - 1) {
				hold = __atomic_load_n(
					&w->env->share->nic_hold_us[__builtin_ctz(nics)],
					__ATOMIC_RELAXED);
				/* half of it: waking up takes some time, too */
				if (hold > 0)
					look = RTE_MIN(look,
						       RTE_MAX(hold / 2, (uint64_t)LOOK_MIN_US));
			}
		}
	}
	return (uint32_t)RTE_MIN(look, RTE_MAX(quiet_us / LOOK_PART, (uint64_t)DOZE_US));
}

void
spp_idle(struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused, bool waits)
{
	const struct spp_worker_env *env = w->env;
	const struct spp_worker_sources *sources = &snap->worker[w->index];
	uint64_t quiet_us = (rte_rdtsc() - w->last_work) / w->cycles_per_us;
	bool silent = has_silent_source(sources);
	bool retries = w->nb_waiting + w->nb_filling > 0 || w->behind != NULL;
	bool polls = waits || retries || (silent && env->idle_us == 0);
	uint32_t timeout = SLEEP_US;

	if (spp_sleeper_shares_cpu(&env->share->cpus, w->sleeper)
		    ? !polls && quiet_us < SPIN_US && has_cpu_for_itself(w)
		    : polls || quiet_us < SPIN_US) {
		spp_idle_wake_others(w);
		rte_pause();
		return;
	}
	/* it is the consumer's turn */
	waits |= w->nb_filling > 0;
	if (waits)
		timeout = YIELD_US;
	else if (polls)
		timeout = POLL_US;
	else if (sources->nb > 0 && quiet_us < DOZE_FOR_US)
		timeout = DOZE_US;
	else if (silent)
		timeout = look_us(w, sources, quiet_us);
	else if (sources->nb > 0)
		timeout = ARMED_US;
	if (retries)
		timeout = RTE_MIN(timeout, (uint32_t)RETRY_US);
	idle_block(w, snap, paused, waits ? SPP_YIELDED : SPP_ASLEEP, timeout,
		   !polls && quiet_us >= DOZE_FOR_US);
}
