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
	memset(hop->tx_of_port, SPP_NO_TX, sizeof(hop->tx_of_port));
	for (i = 0; i < comp->nb_tx; i++) {
		id = spp_port_id(comp->tx[i].port);
		hop->tx[i].port_id = (uint16_t)id;
		hop->tx[i].dp = env->port(env->arg, comp->tx[i].port);
		hop->tx[i].vlan = comp->tx[i].vlan;
		hop->tx_of_port[id] = (uint8_t)i;
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

/* Mark the queues a packet can reach from here through rings, the queue itself among them. */
static void
mark_downstream(const struct spp_snapshot *snap, unsigned int queue, bool reached[])
{
	const struct spp_hop *hop = &snap->hop[queue];
	unsigned int i, next;

	if (reached[queue])
		return;
	reached[queue] = true;
	for (i = 0; i < hop->nb_tx; i++) {
		if (hop->tx[i].dp != NULL)
			continue;
		next = snap->consumer[hop->tx[i].port_id];
		if (next != SPP_QUEUE_NONE)
			mark_downstream(snap, next, reached);
	}
}

static bool
hop_hands_over(const struct spp_snapshot *snap, const struct spp_snapshot_env *env,
	       unsigned int queue, const bool reached[])
{
	unsigned int worker = snap->hop[queue].worker, q;

	if (env->shares_with_scheduler(env->arg, worker))
		return true;
	for (q = 0; q < SPP_COMPONENT_MAX; q++) {
		if (reached[q] && snap->hop[q].worker != worker &&
		    env->share_cpu(env->arg, worker, snap->hop[q].worker))
			return true;
	}
	return false;
}

/* Which flows count against the budget of a component's sources. */
static bool
hop_set_budget(struct spp_snapshot *snap, const struct spp_model *model,
	       const struct spp_component *comp, const struct spp_snapshot_env *env)
{
	struct spp_hop *hop = &snap->hop[comp->queue];
	bool reached[SPP_COMPONENT_MAX] = {false};
	const struct spp_component *other;
	uint16_t flows[SPP_PORT_ID_MAX];
	unsigned int c, i;
	bool shared;

	mark_downstream(snap, comp->queue, reached);
	shared = hop_hands_over(snap, env, comp->queue, reached);
	hop->budget = shared ? BUDGET_SHARED_CPU : BUDGET_OWN_CPU;
	for (i = 0; i < comp->nb_rx; i++)
		flows[hop->nb_flows++] = (uint16_t)spp_port_id(comp->rx[i].port);
	hop->nb_own_flows = hop->nb_flows;
	for (c = 0; c < model->nb_components && shared; c++) {
		other = &model->components[c];
		if (other == comp || !reached[other->queue])
			continue;
		for (i = 0; i < other->nb_rx; i++)
			flows[hop->nb_flows++] = (uint16_t)spp_port_id(other->rx[i].port);
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
