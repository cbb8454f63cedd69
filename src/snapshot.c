/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds a snapshot from a model. Control thread only; pure but for the questions it asks of its
 * environment.
 */
#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

/* Vectors in flight per component (worker.c bounds the packets as well). Where threads take turns
 * on one CPU nothing may overflow a ring (32 vectors) before its consumer had a turn, so the whole
 * way downstream counts. */
#define BUDGET_OWN_CPU    64
#define BUDGET_SHARED_CPU 24

static void
hop_init(struct spp_snapshot *snap, const struct spp_component *comp,
	 const struct spp_snapshot_env *env)
{
	struct spp_hop *hop = &snap->hop[comp->queue];
	struct spp_worker_sources *sources;
	unsigned int i, id;

	hop->stage = comp->type == SPP_CLASSIFIER ? SPP_STAGE_CLASSIFY : SPP_STAGE_PASS;
	hop->worker = (uint8_t)env->worker_of_lcore(env->arg, comp->lcore_id);
	hop->nb_tx = (uint8_t)comp->nb_tx;
	memset(hop->place_of_port, SPP_PLACE_NO_PORT, sizeof(hop->place_of_port));
	for (i = 0; i < comp->nb_tx; i++) {
		id = spp_port_id(comp->tx[i].port);
		hop->tx[i].port_id = (uint16_t)id;
		hop->tx[i].dp = env->port(env->arg, comp->tx[i].port);
		hop->tx[i].vlan = comp->tx[i].vlan;
		hop->place_of_port[id] = (uint8_t)(SPP_PLACE_TX + i);
	}
	sources = &snap->worker[hop->worker];
	sources->nb_queues++;
	for (i = 0; i < comp->nb_rx; i++) {
		id = spp_port_id(comp->rx[i].port);
		snap->consumer[id] = comp->queue;
		snap->rx_vlan[id] = comp->rx[i].vlan;
		if (comp->rx[i].port.kind == SPP_PORT_RING || comp->nb_tx == 0)
			continue;
		sources->source[sources->nb++] = (struct spp_source){
			.dp = env->port(env->arg, comp->rx[i].port),
			.port_id = (uint16_t)id,
			.queue = comp->queue,
		};
	}
}

#define NOT_REACHED 0xff

/* One ring further from a component. True when that is news of some other component. */
static bool
mark_next(const struct spp_snapshot *snap, unsigned int queue, uint8_t levels[])
{
	const struct spp_hop *hop = &snap->hop[queue];
	uint8_t level = levels[queue] + 1;
	unsigned int i, next;
	bool news = false;

	for (i = 0; i < hop->nb_tx && level < SPP_COMPONENT_MAX; i++) {
		next = hop->tx[i].dp != NULL ? SPP_QUEUE_NONE : snap->consumer[hop->tx[i].port_id];
		if (next != SPP_QUEUE_NONE &&
		    (levels[next] == NOT_REACHED || levels[next] < level)) {
			levels[next] = level;
			news = true;
		}
	}
	return news;
}

/*
 * How many rings lie between a component and those a packet can reach from it, on the longest way:
 * a ring of one level is filled from the levels before it only. (In a circle, which control
 * refuses, it means nothing, but ends.)
 */
static void
mark_downstream(const struct spp_snapshot *snap, unsigned int queue, uint8_t levels[])
{
	bool news = true;
	unsigned int q;

	memset(levels, NOT_REACHED, SPP_COMPONENT_MAX);
	levels[queue] = 0;
	while (news) {
		news = false;
		for (q = 0; q < SPP_COMPONENT_MAX; q++) {
			if (levels[q] != NOT_REACHED)
				news |= mark_next(snap, q, levels);
		}
	}
}

static bool
hop_hands_over(const struct spp_snapshot *snap, const struct spp_snapshot_env *env,
	       unsigned int queue, const uint8_t levels[])
{
	unsigned int worker = snap->hop[queue].worker, q;

	if (env->shares_with_scheduler(env->arg, worker))
		return true;
	for (q = 0; q < SPP_COMPONENT_MAX; q++) {
		if (levels[q] != NOT_REACHED && snap->hop[q].worker != worker &&
		    env->share_cpu(env->arg, worker, snap->hop[q].worker))
			return true;
	}
	return false;
}

static void
add_flows(const struct spp_component *comp, uint8_t level, struct spp_hop_flow flows[],
	  uint16_t *nb_flows)
{
	unsigned int i;

	for (i = 0; i < comp->nb_rx; i++)
		flows[(*nb_flows)++] = (struct spp_hop_flow){
			.id = (uint16_t)spp_port_id(comp->rx[i].port),
			.queue = comp->queue,
			.level = level,
		};
}

/* Which flows count against the budget of a component's sources. */
static bool
hop_set_budget(struct spp_snapshot *snap, const struct spp_model *model,
	       const struct spp_component *comp, const struct spp_snapshot_env *env)
{
	struct spp_hop *hop = &snap->hop[comp->queue];
	struct spp_hop_flow flows[SPP_PORT_ID_MAX];
	uint8_t levels[SPP_COMPONENT_MAX];
	unsigned int c, level;
	bool shared;

	mark_downstream(snap, comp->queue, levels);
	shared = hop_hands_over(snap, env, comp->queue, levels);
	hop->budget = shared ? BUDGET_SHARED_CPU : BUDGET_OWN_CPU;
	add_flows(comp, 0, flows, &hop->nb_flows);
	hop->nb_own_flows = hop->nb_flows;
	for (level = 1; level < SPP_COMPONENT_MAX && shared; level++) {
		for (c = 0; c < model->nb_components; c++) {
			if (&model->components[c] != comp &&
			    levels[model->components[c].queue] == level)
				add_flows(&model->components[c], (uint8_t)level, flows,
					  &hop->nb_flows);
		}
	}
	if (hop->nb_flows == 0)
		return true;
	hop->flows = malloc(hop->nb_flows * sizeof(flows[0]));
	if (hop->flows == NULL)
		return false;
	memcpy(hop->flows, flows, hop->nb_flows * sizeof(flows[0]));
	return true;
}

struct spp_snapshot *
spp_snapshot_create(const struct spp_model *model, const struct spp_snapshot_env *env)
{
	struct spp_snapshot *snap = calloc(1, sizeof(*snap));
	uint32_t i;

	if (snap == NULL)
		return NULL;
	memset(snap->consumer, SPP_QUEUE_NONE, sizeof(snap->consumer));
	snap->table = spp_mac_table_create(model->entries, model->nb_entries);
	if (snap->table == NULL)
		goto fail;
	for (i = 0; i < model->nb_components; i++)
		hop_init(snap, &model->components[i], env);
	for (i = 0; i < model->nb_components; i++) {
		if (!hop_set_budget(snap, model, &model->components[i], env))
			goto fail;
	}
	return snap;
fail:
	spp_snapshot_destroy(snap);
	return NULL;
}

void
spp_snapshot_destroy(struct spp_snapshot *snapshot)
{
	unsigned int i;

	if (snapshot == NULL)
		return;
	for (i = 0; i < SPP_COMPONENT_MAX; i++)
		free(snapshot->hop[i].flows);
	spp_mac_table_destroy(snapshot->table);
	free(snapshot);
}
