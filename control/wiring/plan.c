/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The difference between what runs and what is staged. See plan.h.
 */
#include "wiring/plan.h"

#include <string.h>

#include "wiring/graph.h"
#include "wiring/model.h"

#define NO_QUEUE 0xff

void
spp_holding_init(struct spp_holding *holding)
{
	unsigned int q;

	memset(holding, 0, sizeof(*holding));
	for (q = 0; q < SPP_COMPONENT_MAX; q++)
		holding->linked[q] = SPP_LCORE_PARKED;
}

void
spp_held_ports_add(struct spp_held_ports *set, struct spp_port port)
{
	set->queues[spp_port_id(port)] |= (uint16_t)(1u << port.queue);
}

void
spp_held_ports_remove(struct spp_held_ports *set, struct spp_port port)
{
	set->queues[spp_port_id(port)] &= ~(1u << port.queue);
}

/** The same component in the other model, or NULL. */
static const struct spp_component *
find_same(const struct spp_model *running, const struct spp_component *staged)
{
	unsigned int i;

	for (i = 0; i < running->nb_components; i++) {
		const struct spp_component *c = &running->components[i];

		if (strcmp(c->name, staged->name) != 0)
			continue;
		if (staged->name[0] != '\0' ||
		    (c->lcore_id == staged->lcore_id && c->type == staged->type))
			return c;
	}
	return NULL;
}

/** A free queue; one that nothing runs on if there is one. */
static unsigned int
pick_queue(uint64_t taken, uint64_t running, unsigned int nb_queues)
{
	unsigned int q;

	for (q = 0; q < nb_queues; q++) {
		if (((taken | running) & UINT64_C(1) << q) == 0)
			return q;
	}
	for (q = 0; q < nb_queues; q++) {
		if ((taken & UINT64_C(1) << q) == 0)
			return q;
	}
	return NO_QUEUE;
}

/** @param kept set to the queues whose component stays the same component */
static int
assign_queues(const struct spp_model *running, struct spp_model *staged, unsigned int nb_queues,
	      uint64_t *kept, struct spp_error *err)
{
	uint64_t taken = 0, in_use = 0;
	unsigned int i, q;

	for (i = 0; i < running->nb_components; i++)
		in_use |= UINT64_C(1) << running->components[i].queue;
	for (i = 0; i < staged->nb_components; i++) {
		const struct spp_component *same = find_same(running, &staged->components[i]);

		staged->components[i].queue = same != NULL ? same->queue : NO_QUEUE;
		if (same != NULL)
			taken |= UINT64_C(1) << same->queue;
	}
	*kept = taken;
	for (i = 0; i < staged->nb_components; i++) {
		if (staged->components[i].queue != NO_QUEUE)
			continue;
		q = pick_queue(taken, in_use, nb_queues);
		if (q == NO_QUEUE)
			return spp_error(err, ENOSPC,
					 "%u components (at most %u fit on the event device of "
					 "this VF)",
					 staged->nb_components, nb_queues);
		staged->components[i].queue = (uint8_t)q;
		taken |= UINT64_C(1) << q;
	}
	return 0;
}

static void
collect_port(struct spp_held_ports *set, struct spp_port port, enum spp_ring_side end)
{
	if (port.kind == SPP_PORT_RING)
		port.queue = (uint8_t)end;
	spp_held_ports_add(set, port);
}

static void
collect_ports(const struct spp_model *model, struct spp_held_ports *set)
{
	unsigned int i, j;

	memset(set, 0, sizeof(*set));
	for (i = 0; i < model->nb_components; i++) {
		const struct spp_component *c = &model->components[i];

		for (j = 0; j < c->nb_rx; j++)
			collect_port(set, c->rx[j].port, SPP_RING_RX);
		for (j = 0; j < c->nb_tx; j++)
			collect_port(set, c->tx[j].port, SPP_RING_TX);
	}
}

/** List the ports that are in a and not in b. */
static unsigned int
list_missing(const struct spp_held_ports *a, const struct spp_held_ports *b,
	     struct spp_port ports[SPP_HELD_PORTS_MAX])
{
	unsigned int id, q, nb = 0;

	for (id = 0; id < SPP_PORT_ID_MAX; id++) {
		unsigned int bits = a->queues[id] & ~(unsigned int)b->queues[id];

		for (q = 0; bits != 0; q++, bits >>= 1) {
			if ((bits & 1) == 0)
				continue;
			ports[nb] = spp_port_from_id(id);
			ports[nb++].queue = (uint8_t)q;
		}
	}
	return nb;
}

static void
plan_link(struct spp_plan *plan, unsigned int queue, uint16_t from, uint16_t to)
{
	if (from != to)
		plan->links[plan->nb_links++] = (struct spp_plan_link){(uint8_t)queue, from, to};
}

/** Count and link component by component. @return running queues that change, move or go */
static uint64_t
compare(const struct spp_model *running, const struct spp_model *staged,
	const struct spp_holding *holding, uint64_t kept, struct spp_plan *plan)
{
	const struct spp_component *old[SPP_COMPONENT_MAX] = {NULL};
	uint64_t affected = 0, used = 0;
	uint16_t from;
	unsigned int i;

	for (i = 0; i < running->nb_components; i++)
		old[running->components[i].queue] = &running->components[i];
	for (i = 0; i < staged->nb_components; i++) {
		const struct spp_component *c = &staged->components[i];
		uint64_t bit = UINT64_C(1) << c->queue;

		used |= bit;
		from = holding->linked[c->queue];
		if ((kept & bit) == 0) {
			/* By way of the parking port, which is where a queue's counters begin. */
			plan_link(plan, c->queue, from, SPP_LCORE_PARKED);
			plan_link(plan, c->queue, SPP_LCORE_PARKED, c->lcore_id);
			plan->added++;
			continue;
		}
		plan_link(plan, c->queue, from, c->lcore_id);
		if (c->lcore_id != old[c->queue]->lcore_id)
			plan->moved++;
		if (c->type != old[c->queue]->type || !spp_component_same_ports(c, old[c->queue])) {
			plan->changed++;
			affected |= bit;
		}
	}
	for (i = 0; i < running->nb_components; i++) {
		uint64_t bit = UINT64_C(1) << running->components[i].queue;

		if ((kept & bit) == 0) {
			plan->removed++;
			affected |= bit;
		}
	}
	for (i = 0; i < SPP_COMPONENT_MAX; i++) {
		if ((used & UINT64_C(1) << i) == 0)
			plan_link(plan, i, holding->linked[i], SPP_LCORE_PARKED);
	}
	for (i = 0; i < plan->nb_links; i++) {
		if (old[plan->links[i].queue] != NULL)
			affected |= UINT64_C(1) << plan->links[i].queue;
	}
	return affected;
}

static uint64_t
plan_pause(const struct spp_model *running, uint64_t affected)
{
	struct spp_graph graph;
	uint64_t behind;
	unsigned int q;

	spp_graph_build(running, SPP_BIT_QUEUE, &graph);
	behind = spp_graph_closure(graph.downstream, affected);
	for (q = 0; q < SPP_COMPONENT_MAX; q++) {
		if ((behind & UINT64_C(1) << q) != 0 && graph.downstream[q] != 0)
			affected |= UINT64_C(1) << q;
	}
	return spp_graph_closure(graph.upstream, affected);
}

int
spp_plan_make(const struct spp_model *running, struct spp_model *staged,
	      const struct spp_holding *holding, unsigned int nb_queues, struct spp_plan *plan,
	      struct spp_error *err)
{
	struct spp_held_ports wanted;
	struct spp_graph graph;
	uint64_t kept, affected;
	int ret;

	plan->nb_links = plan->added = plan->changed = plan->moved = plan->removed = 0;
	ret = assign_queues(running, staged, nb_queues, &kept, err);
	if (ret < 0)
		return ret;
	collect_ports(staged, &wanted);
	plan->nb_acquire = list_missing(&wanted, &holding->ports, plan->acquire);
	plan->nb_release = list_missing(&holding->ports, &wanted, plan->release);
	spp_graph_build(staged, SPP_BIT_QUEUE, &graph);
	spp_graph_levels(&graph, &plan->levels);
	affected = compare(running, staged, holding, kept, plan);
	plan->pause = plan_pause(running, affected);
	plan->table_changed = !spp_model_same_table(running, staged);
	return 0;
}

bool
spp_plan_empty(const struct spp_plan *plan)
{
	return plan->nb_acquire + plan->nb_release + plan->nb_links + plan->added + plan->changed +
			       plan->removed ==
		       0 &&
	       !plan->table_changed;
}
