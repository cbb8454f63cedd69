/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The worker's loop: poll, dequeue, process, enqueue, quiescent, rest. Launched by vf_main.c.
 */
#include "worker.h"

#include <rte_cycles.h>
#include <rte_lcore.h>

/* A consumer that hangs holds the others back no longer than this; where other programs run on our
 * CPUs, one that does not hang may have to wait for many time slices. */
#define PATIENCE_US 50000
/* In flight from one component on, over all ways: of 2,048 events and 16,383 mbufs of the VF. */
#define ALL_VECTORS 512
#define ALL_PACKETS 6144
/* Who did not look for so long (a worker that yields does, every 10 ms) had no turn, was paused or
 * had the component taken away. */
#define LOOK_US 15000

/* The flow has vectors, and none was done for too long: until the next one is, it hangs. */
static bool
worker_sees_hung(struct spp_worker *w, uint16_t flow_id)
{
	struct spp_still *still = &w->still[flow_id];
	uint64_t done = __atomic_load_n(&w->env->flows[flow_id].done_vectors, __ATOMIC_RELAXED);

	if (done != still->done) {
		*still = (struct spp_still){.done = done, .since = w->last_tsc};
	} else if (!still->hung) {
		if (w->last_tsc - still->look > w->cycles_per_us * LOOK_US)
			still->since = w->last_tsc;
		still->hung = w->last_tsc - still->since > w->cycles_per_us * PATIENCE_US;
	}
	still->look = w->last_tsc;
	return still->hung;
}

struct in_flight {
	uint64_t vectors, packets;
};

static inline void
in_flight_add(struct in_flight *sum, const struct in_flight *more)
{
	sum->vectors += more->vectors;
	sum->packets += more->packets;
}

static inline void
in_flight_max(struct in_flight *most, const struct in_flight *other)
{
	most->vectors = RTE_MAX(most->vectors, other->vectors);
	most->packets = RTE_MAX(most->packets, other->packets);
}

/*
 * What may still come to the fullest place downstream: of each level the component with most before
 * it, and that of all levels together. Components of one level have rings of their own, so they do
 * not add up; `all` is what does: credits, vectors, mbufs.
 */
static void
worker_sum_up(struct spp_worker *w, const struct spp_hop *hop, bool without_hung,
	      struct in_flight *way, struct in_flight *all)
{
	struct in_flight level = {0}, component = {0}, flow;
	const struct spp_hop_flow *f, *before = hop->flows;
	uint16_t i;

	*way = *all = (struct in_flight){0};
	for (i = 0; i < hop->nb_flows; i++, before = f) {
		f = &hop->flows[i];
		if (f->queue != before->queue) {
			in_flight_max(&level, &component);
			component = (struct in_flight){0};
		}
		if (f->level != before->level) {
			in_flight_add(way, &level);
			level = (struct in_flight){0};
		}
		flow.vectors = spp_flow_vectors(&w->env->flows[f->id]);
		if (flow.vectors == 0 ||
		    (without_hung && i >= hop->nb_own_flows && worker_sees_hung(w, f->id)))
			continue;
		flow.packets = spp_flow_packets(&w->env->flows[f->id]);
		in_flight_add(&component, &flow);
		in_flight_add(all, &flow);
	}
	in_flight_max(&level, &component);
	in_flight_add(way, &level);
}

/* Room for one more vector, however full, in each ring on the way. */
static inline bool
worker_has_room(const struct spp_hop *hop, const struct in_flight *way, const struct in_flight *all)
{
	return way->vectors < hop->budget && way->packets + SPP_VECTOR_SIZE <= SPP_RING_PACKETS &&
	       all->vectors < ALL_VECTORS && all->packets < ALL_PACKETS;
}

/*
 * Sources whose component has enough in flight wait: in the NIC, the vring. What is in flight
 * downstream counts only while it moves, else one hung consumer would stop all.
 */
static bool
worker_within_budget(struct spp_worker *w, const struct spp_snapshot *snap, uint8_t queue)
{
	const struct spp_hop *hop = &snap->hop[queue];
	struct in_flight way, all;

	worker_sum_up(w, hop, false, &way, &all);
	if (likely(worker_has_room(hop, &way, &all)))
		return true;
	if (hop->nb_flows == hop->nb_own_flows)
		return false;
	worker_sum_up(w, hop, true, &way, &all);
	return worker_has_room(hop, &way, &all);
}

static unsigned int
worker_poll_sources(struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused,
		    bool *held_back)
{
	const struct spp_worker_sources *sources = &snap->worker[w->index];
	const struct spp_source *source;
	unsigned int moved = 0;
	uint16_t i;

	for (i = 0; i < sources->nb; i++) {
		source = &sources->source[i];
		if (unlikely(paused & (1ull << source->queue)))
			continue;
		if (unlikely(!worker_within_budget(w, snap, source->queue))) {
			*held_back = true;
			continue;
		}
		moved += spp_worker_poll(w, snap, source);
	}
	return moved;
}

static unsigned int
worker_take_events(struct spp_worker *w)
{
	struct rte_event events[SPP_EVENT_BURST];
	const struct spp_snapshot *snap;
	struct spp_flow *flow;
	uint16_t i, nb, packets;

	/* saves a way through the driver and its memory, which is cold when we come from a rest */
	if (rte_event_ring_count(w->cq) == 0)
		return 0;
	nb = spp_evdev_dequeue(w->env->dev_id, w->index, events, RTE_DIM(events));
	/* Loaded now: since the round began a flush may have resumed the sources, and these events
	 * may be for the new wiring. For the old one there are none: it was drained. */
	snap = __atomic_load_n(&w->env->wiring->snapshot, __ATOMIC_ACQUIRE);
	for (i = 0; i < nb; i++) {
		flow = &w->env->flows[events[i].flow_id];
		packets = events[i].vec->nb_elem;
		spp_worker_process(w, snap, events[i].queue_id, events[i].flow_id, events[i].vec,
				   true, 0);
		/* release: who sees this done also sees what it led to as enqueued */
		__atomic_store_n(&flow->done_packets, flow->done_packets + packets,
				 __ATOMIC_RELAXED);
		__atomic_store_n(&flow->done_vectors, flow->done_vectors + 1, __ATOMIC_RELEASE);
	}
	return nb;
}

static void
worker_account(struct spp_worker *w, bool moved)
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

int
spp_worker_main(void *arg)
{
	struct spp_worker *w = arg;
	struct spp_wiring *wiring = w->env->wiring;
	const struct spp_snapshot *snap;
	unsigned int moved;
	uint64_t paused;
	bool held_back;

	spp_rest_init(w->env->share, w->rest);
	rte_rcu_qsbr_thread_register(wiring->qsbr, w->index);
	rte_rcu_qsbr_thread_online(wiring->qsbr, w->index);
	w->last_tsc = rte_rdtsc();
	w->cycles_per_us = rte_get_tsc_hz() / 1000000;
	__atomic_store_n(&w->running, true, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&wiring->stop, __ATOMIC_ACQUIRE)) {
		paused = __atomic_load_n(&wiring->paused, __ATOMIC_ACQUIRE);
		snap = __atomic_load_n(&wiring->snapshot, __ATOMIC_ACQUIRE);
		held_back = false;
		moved = 0;
		if (likely(w->nb_out == 0)) {
			moved = worker_poll_sources(w, snap, paused, &held_back);
			moved += worker_take_events(w);
		} else {
			held_back = true;
		}
		if (w->nb_out > 0)
			spp_worker_flush(w);
		worker_account(w, moved > 0);
		if (moved > 0)
			spp_worker_wake_others(w);
		else
			spp_worker_rest(w, snap, paused, held_back);
		/* last: nothing of this round's snapshot is used any more */
		rte_rcu_qsbr_quiescent(wiring->qsbr, w->index);
	}
	if (w->spare != NULL) {
		rte_mempool_put(w->env->vectors, w->spare);
		w->spare = NULL;
	}
	rte_rcu_qsbr_thread_offline(wiring->qsbr, w->index);
	rte_rcu_qsbr_thread_unregister(wiring->qsbr, w->index);
	spp_rest_fini(w->env->share, w->rest);
	__atomic_store_n(&w->running, false, __ATOMIC_RELEASE);
	return 0;
}
