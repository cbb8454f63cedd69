/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The worker's loop. See loop.h; launched by vf/start.c.
 */
#include "packet/loop.h"

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "packet/backlog.h"
#include "packet/idle.h"
#include "packet/outbox.h"
#include "packet/poll.h"
#include "packet/ring.h"
#include "packet/take.h"
#include "packet/turn.h"
#include "packet/worker.h"

static void
loop_account(struct spp_worker *w, bool moved)
{
	uint64_t now = rte_rdtsc();

	if (moved) {
		w->busy_cycles += now - w->last_tsc;
		w->last_work = now;
	} else {
		w->idle_cycles += now - w->last_tsc;
	}
	w->last_tsc = now;
}

static void
loop_round(struct spp_worker *w)
{
	struct spp_wiring *wiring = w->env->wiring;
	uint64_t paused = __atomic_load_n(&wiring->paused, __ATOMIC_ACQUIRE);
	const struct spp_snapshot *snap = __atomic_load_n(&wiring->snapshot, __ATOMIC_ACQUIRE);
	/* the scheduler must go first, or a neighbour */
	bool waits = w->nb_out > 0 || spp_turn_is_others(w);
	unsigned int moved = 0;

	if (unlikely(w->nb_waiting > 0))
		moved += spp_backlog_retry(w);
	if (likely(!waits)) {
		moved += spp_poll(w, snap, paused, &waits);
		moved += spp_take(w);
	}
	if (unlikely(w->nb_filling > 0))
		spp_ring_flush(w, paused != 0);
	if (w->nb_out > 0)
		spp_outbox_flush(w);
	loop_account(w, moved > 0);
	if (moved > 0)
		spp_idle_wake_others(w);
	else
		spp_idle(w, snap, paused, waits);
	/* last: nothing of this round's snapshot is used any more */
	rte_rcu_qsbr_quiescent(wiring->qsbr, w->index);
}

int
spp_worker_main(void *arg)
{
	struct spp_worker *w = arg;
	struct spp_wiring *wiring = w->env->wiring;

	spp_sleeper_init(&w->env->share->cpus, w->sleeper);
	rte_rcu_qsbr_thread_register(wiring->qsbr, w->index);
	rte_rcu_qsbr_thread_online(wiring->qsbr, w->index);
	w->last_tsc = rte_rdtsc();
	w->cycles_per_us = rte_get_tsc_hz() / 1000000;
	__atomic_store_n(&w->running, true, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&wiring->stop, __ATOMIC_ACQUIRE))
		loop_round(w);
	spp_backlog_drop(w);
	if (w->spare != NULL) {
		rte_mempool_put(w->env->vectors, w->spare);
		w->spare = NULL;
	}
	rte_rcu_qsbr_thread_offline(wiring->qsbr, w->index);
	rte_rcu_qsbr_thread_unregister(wiring->qsbr, w->index);
	spp_sleeper_fini(&w->env->share->cpus, w->sleeper);
	__atomic_store_n(&w->running, false, __ATOMIC_RELEASE);
	return 0;
}
