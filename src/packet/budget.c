/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much is in flight before a source may be polled. See budget.h; snapshot.c says which ports
 * count.
 */
#include "packet/budget.h"

#include "packet/ring.h"

/* A consumer that hangs keeps the others waiting no longer than this; where other programs run on
 * our CPUs, one that does not hang may have to wait for many time slices. */
#define PATIENCE_US 50000
/* In flight from one component on, over all ways: of 2,048 events and 16,383 mbufs of the VF. */
#define ALL_VECTORS 512
#define ALL_PACKETS 6144
/* A look that is longer ago (a worker that waits looks every 10 ms) says nothing about the time in
 * between: the worker had no turn, was paused, or the component was taken away. */
#define LOOK_US 15000

/* The port has vectors in flight, and none was done for too long: until the next one is, it hangs.
 */
static bool
budget_sees_hung(struct spp_worker *w, uint16_t port_id)
{
	struct spp_still *still = &w->still[port_id];
	uint64_t done = __atomic_load_n(&w->env->in_flight[port_id].done_vectors, __ATOMIC_RELAXED);

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

struct amount {
	uint64_t vectors, packets;
};

static inline void
amount_add(struct amount *sum, const struct amount *more)
{
	sum->vectors += more->vectors;
	sum->packets += more->packets;
}

static inline void
amount_max(struct amount *most, const struct amount *other)
{
	most->vectors = RTE_MAX(most->vectors, other->vectors);
	most->packets = RTE_MAX(most->packets, other->packets);
}

/* What is in flight to one component. @param look_for_hung: what hangs does not count */
static inline struct amount
budget_sum_part(struct spp_worker *w, const uint16_t port_id[], uint16_t nb, bool look_for_hung)
{
	struct amount sum = {0}, port;
	uint16_t i;

	for (i = 0; i < nb; i++) {
		port.vectors = spp_in_flight_vectors(&w->env->in_flight[port_id[i]]);
		if (port.vectors == 0 || (look_for_hung && budget_sees_hung(w, port_id[i])))
			continue;
		port.packets = spp_in_flight_packets(&w->env->in_flight[port_id[i]]);
		amount_add(&sum, &port);
	}
	return sum;
}

/*
 * What may still come to the fullest place downstream: of each level the component with most before
 * it, and that of all levels together. Components of one level have rings of their own, so they do
 * not add up; `all` is what does: credits, vectors, mbufs.
 *
 * What waits beside takes of the ring that it will meet ours in, and no more: its vectors do not
 * count here, and whoever has nothing waiting itself, while it has, may send one vector, for which
 * the others leave room. So none of those that meet keeps another from its turn.
 */
static bool
budget_has_room(struct spp_worker *w, const struct spp_budget *budget, bool look_for_hung)
{
	struct amount way = {0}, all = {0}, level = {0}, sum;
	const uint16_t *port_id = budget->port_id;
	uint16_t room = budget->room;
	bool nothing_of_ours = false;
	uint16_t p;

	for (p = 0; p < budget->nb_parts; p++) {
		/* a component's own ports count in any case: it is its turn that is waited for */
		sum = budget_sum_part(w, port_id, budget->part[p].nb_ports, look_for_hung && p > 0);
		port_id += budget->part[p].nb_ports;
		if (p == 0)
			nothing_of_ours = sum.vectors == 0;
		else if (p <= budget->nb_beside && sum.vectors > 0) {
			sum.vectors = 0;
			if (nothing_of_ours)
				room = SPP_VECTOR_SIZE;
		}
		amount_add(&all, &sum);
		amount_max(&level, &sum);
		if (budget->part[p].ends_level) {
			amount_add(&way, &level);
			level = (struct amount){0};
		}
	}
	/* room for what is sent before the next look, in each ring on the way */
	return way.vectors < budget->vectors && way.packets + room <= SPP_RING_PACKETS &&
	       all.vectors < ALL_VECTORS && all.packets < ALL_PACKETS;
}

/* What is in flight downstream counts only while it moves, else one hung consumer would stop all.
 */
bool
spp_budget_allows(struct spp_worker *w, const struct spp_budget *budget)
{
	if (likely(budget_has_room(w, budget, false)))
		return true;
	return budget->nb_parts > 1 && budget_has_room(w, budget, true);
}
