/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds a snapshot from a model. Control thread only; pure but for the questions it asks of its
 * environment.
 */
#include "packet/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "packet/source_set.h"

static struct spp_rx_ops
rx_ops_of(const struct spp_attachment *rx, const struct spp_snapshot_env *env)
{
	struct spp_rx_ops ops = {.filter = rx->filter, .vlan = rx->vlan};

	if (rx->port.kind == SPP_PORT_VHOST && ops.filter == SPP_FILTER_NONE)
		ops.filter = env->guest_filter;
	if (ops.filter != SPP_FILTER_NONE || ops.vlan.op != SPP_VLAN_NONE)
		ops.any = SPP_RX_OPS;
	ops.back = SPP_PLACE_SAME_PORT; /* where no packet is put by an entry: none leads back */
	ops.storm_pps = rx->storm_pps;
	if (ops.storm_pps == SPP_STORM_DEFAULT)
		ops.storm_pps = spp_port_is_wire(rx->port) ? SPP_STORM_NONE : SPP_STORM_DEFAULT_PPS;
	return ops;
}

static const uint8_t stage_of_type[] = {
	[SPP_CLASSIFIER] = SPP_STAGE_CLASSIFY, [SPP_MERGE] = SPP_STAGE_PASS,
	[SPP_FORWARD] = SPP_STAGE_PASS,        [SPP_SWITCH] = SPP_STAGE_SWITCH,
	[SPP_MIRROR] = SPP_STAGE_MIRROR,
};

/* The tx port that leads to where an rx port's packets come from. */
static struct spp_port
way_back(const struct spp_attachment *rx)
{
	return rx->paired ? rx->pair : rx->port;
}

/* Rings that have this end here, by number. */
struct ring_ends {
	bool has[SPP_RING_MAX][SPP_RING_ENDS];
};

static void
find_ring_ends(const struct spp_model *model, struct ring_ends *ends)
{
	const struct spp_component *c;
	unsigned int i, p;

	memset(ends, 0, sizeof(*ends));
	for (i = 0; i < model->nb_components; i++) {
		c = &model->components[i];
		for (p = 0; p < c->nb_rx; p++) {
			if (c->rx[p].port.kind == SPP_PORT_RING)
				ends->has[c->rx[p].port.index][SPP_RING_RX] = true;
		}
		for (p = 0; p < c->nb_tx; p++) {
			if (c->tx[p].port.kind == SPP_PORT_RING)
				ends->has[c->tx[p].port.index][SPP_RING_TX] = true;
		}
	}
}

/* From component to component of this VF. */
static bool
is_hop(const struct ring_ends *ends, struct spp_port port)
{
	return port.kind == SPP_PORT_RING && ends->has[port.index][SPP_RING_RX] &&
	       ends->has[port.index][SPP_RING_TX];
}

/* What sends there: NULL is a hop. */
static struct spp_dp_port *
port_of(const struct ring_ends *ends, struct spp_port port, enum spp_ring_side end,
	const struct spp_snapshot_env *env)
{
	if (is_hop(ends, port))
		return NULL;
	if (port.kind == SPP_PORT_RING)
		port.queue = (uint8_t)end;
	return env->port(env->arg, port);
}

/* What is polled for an rx port, or NULL. */
static struct spp_dp_port *
source_of(const struct ring_ends *ends, const struct spp_component *comp, struct spp_port port,
	  const struct spp_snapshot_env *env)
{
	if (is_hop(ends, port))
		return env->left_in_ring != NULL ? env->left_in_ring(env->arg, port.index) : NULL;
	return spp_component_can_send(comp, env->mirror) ? port_of(ends, port, SPP_RING_RX, env)
							 : NULL;
}

/* Room for all that may become sources, each worker's in one piece. */
static bool
allocate_sources(struct spp_snapshot *snap, const struct spp_model *model,
		 const struct spp_snapshot_env *env)
{
	unsigned int nb[SPP_WORKER_MAX] = {0}, all = 0, i, w, t;
	const struct spp_component *c;

	for (i = 0; i < model->nb_components; i++) {
		c = &model->components[i];
		w = (unsigned int)env->worker_of_lcore(env->arg, c->lcore_id);
		nb[w] += c->nb_rx;
		for (t = 0; t < c->nb_tx; t++)
			nb[w] += c->tx[t].port.kind == SPP_PORT_UPLINK;
	}
	for (w = 0; w < SPP_WORKER_MAX; w++)
		all += nb[w];
	snap->source = calloc(all + 1, sizeof(snap->source[0]));
	if (snap->source == NULL)
		return false;
	for (w = 0, all = 0; w < SPP_WORKER_MAX; all += nb[w++])
		snap->worker[w].source = &snap->source[all];
	return true;
}

static void
add_source(struct spp_worker_sources *sources, struct spp_dp_port *dp, struct spp_port port,
	   uint8_t queue, const struct spp_snapshot_env *env)
{
	struct spp_source *source = &sources->source[sources->nb++];

	*source = (struct spp_source){
		.dp = dp, .port_id = (uint16_t)spp_port_id(port), .queue = queue};
	if (port.kind == SPP_PORT_NIC)
		source->nics = 1u << port.index;
	else if (port.kind == SPP_PORT_UPLINK)
		source->nics = env->nics(env->arg, port);
}

static void
hop_init(struct spp_snapshot *snap, const struct spp_component *comp, const struct ring_ends *ends,
	 const struct spp_snapshot_env *env)
{
	struct spp_hop *hop = &snap->hop[comp->queue];
	struct spp_worker_sources *sources;
	struct spp_dp_port *source;
	unsigned int i, id;
	uint8_t place;

	hop->stage = stage_of_type[comp->type];
	hop->worker = (uint8_t)env->worker_of_lcore(env->arg, comp->lcore_id);
	sources = &snap->worker[hop->worker];
	hop->nb_tx = spp_component_can_send(comp, env->mirror) ? (uint8_t)comp->nb_tx : 0;
	memset(hop->place_of_port, SPP_PLACE_NO_PORT, sizeof(hop->place_of_port));
	for (i = 0; i < comp->nb_tx; i++) {
		id = spp_port_id(comp->tx[i].port);
		hop->tx[i].port_id = (uint16_t)id;
		hop->tx[i].dp = port_of(ends, comp->tx[i].port, SPP_RING_TX, env);
		hop->tx[i].vlan = comp->tx[i].vlan;
		hop->tx[i].copies = hop->stage == SPP_STAGE_MIRROR && i > 0;
		hop->place_of_port[id] = (uint8_t)(SPP_PLACE_TX + i);
		if (comp->tx[i].port.kind == SPP_PORT_UPLINK)
			add_source(sources, env->announcer(env->arg, comp->tx[i].port),
				   comp->tx[i].port, comp->queue, env);
	}
	for (i = 0; i < comp->nb_rx; i++) {
		id = spp_port_id(comp->rx[i].port);
		snap->consumer[id] = comp->queue;
		snap->rx_ops[id] = rx_ops_of(&comp->rx[i], env);
		place = hop->place_of_port[spp_port_id(way_back(&comp->rx[i]))];
		if (hop->stage == SPP_STAGE_SWITCH && place >= SPP_PLACE_TX)
			snap->rx_ops[id].back = place;
		source = source_of(ends, comp, comp->rx[i].port, env);
		snap->rx_ops[id].hop = source == NULL && is_hop(ends, comp->rx[i].port);
		if (source != NULL)
			add_source(sources, source, comp->rx[i].port, comp->queue, env);
	}
}

/* Where what is sent to a port ends. */
static uint16_t
end_of(const struct spp_snapshot *snap, unsigned int id)
{
	unsigned int rings = 0;
	const struct spp_hop *hop;

	for (; id >= SPP_END_MAX && rings < SPP_COMPONENT_MAX; rings++) {
		if (snap->consumer[id] == SPP_QUEUE_NONE)
			break;
		hop = &snap->hop[snap->consumer[id]];
		if (!spp_stage_passes(hop->stage) || hop->nb_tx == 0)
			break;
		id = hop->tx[0].port_id;
	}
	return (uint16_t)id;
}

/* Where `default` entries lead: strangers' addresses come from there. */
static void
find_default_ends(const struct spp_snapshot *snap, const struct spp_model *model,
		  struct spp_port_set *ends)
{
	unsigned int i, p;

	memset(ends, 0, sizeof(*ends));
	for (i = 0; i < model->nb_entries; i++) {
		const struct spp_table_entry *entry = &model->entries[i];

		for (p = 0; p <= entry->nb_more && entry->is_default; p++)
			spp_port_set_add(ends,
					 snap->end_of_port[spp_port_id(spp_entry_port(entry, p))]);
	}
}

static struct spp_source_set *
source_set_create(void)
{
	struct spp_source_set *set = malloc(sizeof(*set));

	if (set != NULL)
		spp_source_set_init(set);
	return set;
}

/* Which rx ports of a component have their sources checked. After end_of_port. */
static bool
set_source_checks(struct spp_snapshot *snap, const struct spp_component *comp,
		  const struct spp_port_set *default_ends)
{
	unsigned int i;

	for (i = 0; i < comp->nb_rx; i++) {
		const struct spp_attachment *rx = &comp->rx[i];
		struct spp_rx_ops *ops = &snap->rx_ops[spp_port_id(rx->port)];

		if (!rx->source_check && !comp->source_check)
			continue;
		ops->end = snap->end_of_port[spp_port_id(way_back(rx))];
		ops->source_check = rx->source_check || !spp_port_set_has(default_ends, ops->end);
		if (!ops->source_check)
			continue;
		ops->any |= SPP_RX_OPS;
		if (snap->sources[ops->end] == NULL &&
		    (snap->sources[ops->end] = source_set_create()) == NULL)
			return false;
	}
	return true;
}

/* Which addresses are right where there is a check. */
static void
fill_source_sets(struct spp_snapshot *snap, const struct spp_model *model)
{
	struct spp_source_set *set;
	unsigned int i, p;

	for (i = 0; i < model->nb_entries; i++) {
		const struct spp_table_entry *entry = &model->entries[i];

		for (p = 0; p <= entry->nb_more; p++) {
			set = snap->sources[snap->end_of_port[spp_port_id(
				spp_entry_port(entry, p))]];
			if (set != NULL)
				spp_source_set_add(set, entry);
		}
	}
	for (i = 0; i < SPP_PORT_ID_MAX; i++) {
		if (snap->sources[i] != NULL)
			spp_source_set_finish(snap->sources[i]);
	}
}

static bool
set_sources(struct spp_snapshot *snap, const struct spp_model *model)
{
	struct spp_port_set default_ends;
	unsigned int i;

	find_default_ends(snap, model, &default_ends);
	for (i = 0; i < model->nb_components; i++) {
		if (!set_source_checks(snap, &model->components[i], &default_ends))
			return false;
	}
	fill_source_sets(snap, model);
	return true;
}

static bool
set_budgets(struct spp_snapshot *snap, const struct spp_model *model,
	    const struct spp_levels *levels, const struct spp_snapshot_env *env)
{
	struct spp_budget_env budgets = {.model = model, .levels = levels};
	const struct spp_component *comp;
	unsigned int i;

	if (model->nb_components == 0)
		return true; /* and env may be NULL */
	budgets.share_cpu = env->share_cpu;
	budgets.shares_with_scheduler = env->shares_with_scheduler;
	budgets.arg = env->arg;
	for (i = 0; i < SPP_COMPONENT_MAX; i++)
		budgets.worker[i] = snap->hop[i].worker;
	spp_budget_find_meetings(&budgets);
	for (i = 0; i < model->nb_components; i++) {
		comp = &model->components[i];
		if (!spp_budget_fill(&snap->hop[comp->queue].budget, &budgets, comp))
			return false;
	}
	return true;
}

/* All ports that are sent to share what may wait. */
static uint16_t
backlog_max(const struct spp_model *model, const struct ring_ends *ends)
{
	unsigned int nb_ports = 0, i, t;

	for (i = 0; i < model->nb_components; i++) {
		for (t = 0; t < model->components[i].nb_tx; t++)
			nb_ports += !is_hop(ends, model->components[i].tx[t].port);
	}
	return (uint16_t)RTE_MIN(SPP_BACKLOG_ALL / RTE_MAX(nb_ports, 1u),
				 (unsigned int)SPP_BACKLOG_MAX);
}

static void
set_tapped(struct spp_snapshot *snap, const struct spp_snapshot_env *env)
{
	unsigned int id;

	for (id = 0; env != NULL && env->traced && id < SPP_PORT_ID_MAX; id++)
		snap->rx_ops[id].any |= SPP_RX_TRACED;
	for (id = SPP_END_MAX; id < SPP_PORT_ID_MAX; id++) {
		if (env != NULL && env->tapped != NULL && env->tapped(env->arg, (uint16_t)id))
			snap->rx_ops[id].any |= SPP_RX_TAPPED;
	}
}

struct spp_snapshot *
spp_snapshot_create(const struct spp_model *model, const struct spp_levels *levels,
		    const struct spp_snapshot_env *env)
{
	struct spp_snapshot *snap = calloc(1, sizeof(*snap));
	struct ring_ends ends;
	uint32_t i;

	if (snap == NULL)
		return NULL;
	memset(snap->consumer, SPP_QUEUE_NONE, sizeof(snap->consumer));
	find_ring_ends(model, &ends);
	snap->backlog_max = backlog_max(model, &ends);
	snap->offloads = env != NULL && env->offloads;
	snap->table = spp_mac_table_create(model->entries, model->nb_entries);
	if (snap->table == NULL || !allocate_sources(snap, model, env))
		goto fail;
	for (i = 0; i < model->nb_components; i++)
		hop_init(snap, &model->components[i], &ends, env);
	for (i = 0; i < SPP_PORT_ID_MAX; i++)
		snap->end_of_port[i] = end_of(snap, i);
	if (!set_sources(snap, model))
		goto fail;
	if (!set_budgets(snap, model, levels, env))
		goto fail;
	set_tapped(snap, env);
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
		spp_budget_free(&snapshot->hop[i].budget);
	for (i = 0; i < SPP_PORT_ID_MAX; i++)
		free(snapshot->sources[i]);
	spp_mac_table_destroy(snapshot->table);
	free(snapshot->source);
	free(snapshot);
}
