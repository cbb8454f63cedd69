/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which ports count against the budget of each component's sources. See budget_parts.h.
 */
#include "packet/budget_parts.h"

#include <stdlib.h>

#include <rte_common.h>

#include "spp/dp/port.h"

/* Vectors in flight per component (budget.c bounds the packets as well). Where threads take turns
 * on one CPU nothing may overflow a ring (32 vectors) before its consumer had a turn, so the whole
 * way downstream counts. */
#define BUDGET_OWN_CPU    64
#define BUDGET_SHARED_CPU 24
/* Half of a ring: for more sources than that the other half would be too little to work with. */
#define BUDGET_ROOM_MAX 1024

/* Does its worker take turns with another one downstream, or with the scheduler? */
static bool
takes_turns(const struct spp_budget_env *env, unsigned int queue)
{
	const uint8_t *levels = env->levels->level[queue];
	unsigned int worker = env->worker[queue], q;

	if (env->shares_with_scheduler(env->arg, worker))
		return true;
	for (q = 0; q < SPP_COMPONENT_MAX; q++) {
		if (levels[q] != SPP_LEVEL_NONE && env->worker[q] != worker &&
		    env->share_cpu(env->arg, worker, env->worker[q]))
			return true;
	}
	return false;
}

/* The component's rx ports become one more part. */
static void
budget_add(struct spp_budget *budget, const struct spp_component *comp, uint16_t *nb_ports)
{
	unsigned int i;

	for (i = 0; i < comp->nb_rx; i++)
		budget->port_id[(*nb_ports)++] = (uint16_t)spp_port_id(comp->rx[i].port);
	budget->part[budget->nb_parts++].nb_ports = comp->nb_rx;
}

static bool
budget_allocate(struct spp_budget *budget, const struct spp_model *model)
{
	unsigned int nb_ports = 0, i;

	for (i = 0; i < model->nb_components; i++)
		nb_ports += model->components[i].nb_rx;
	budget->part = calloc(model->nb_components, sizeof(budget->part[0]));
	budget->port_id = calloc(nb_ports + 1, sizeof(budget->port_id[0]));
	return budget->part != NULL && budget->port_id != NULL;
}

void
spp_budget_find_meetings(struct spp_budget_env *env)
{
	const struct spp_model *model = env->model;
	uint64_t leads_to[SPP_COMPONENT_MAX] = {0}, goes_on = 0;
	unsigned int c, from, to;

	for (c = 0; c < model->nb_components; c++) {
		from = model->components[c].queue;
		for (to = 0; to < SPP_COMPONENT_MAX; to++) {
			if (to != from && env->levels->level[from][to] != SPP_LEVEL_NONE)
				leads_to[from] |= 1ull << to;
		}
		if (leads_to[from] != 0)
			goes_on |= 1ull << from;
	}
	for (c = 0; c < SPP_COMPONENT_MAX; c++)
		env->meets[c] = leads_to[c] & goes_on;
}

/* Of those as far away from the first component: does one meet this one before a ring? */
static bool
meets_one_beside(const struct spp_model *model, const uint8_t levels[SPP_COMPONENT_MAX],
		 const uint64_t meets[SPP_COMPONENT_MAX], unsigned int queue)
{
	unsigned int c, other;

	for (c = 0; c < model->nb_components; c++) {
		other = model->components[c].queue;
		if (other != queue && levels[other] == levels[queue] &&
		    (meets[queue] & meets[other]) != 0)
			return true;
	}
	return false;
}

bool
spp_budget_fill(struct spp_budget *budget, const struct spp_budget_env *env,
		const struct spp_component *comp)
{
	const uint8_t *levels = env->levels->level[comp->queue];
	const struct spp_model *model = env->model;
	const uint64_t *meets = env->meets;
	uint16_t nb_ports = 0;
	unsigned int c, level;
	uint64_t workers = 0;
	bool shared;

	shared = takes_turns(env, comp->queue);
	budget->vectors = shared ? BUDGET_SHARED_CPU : BUDGET_OWN_CPU;
	if (!budget_allocate(budget, model))
		return false;
	budget_add(budget, comp, &nb_ports);
	budget->part[0].ends_level = true;
	for (c = 0; c < model->nb_components && shared; c++) {
		const struct spp_component *beside = &model->components[c];

		if (beside == comp || levels[beside->queue] != SPP_LEVEL_NONE ||
		    (meets[comp->queue] & meets[beside->queue]) == 0)
			continue;
		budget_add(budget, beside, &nb_ports);
		budget->part[budget->nb_parts - 1].ends_level = true;
		budget->nb_beside++;
		workers |= 1ull << env->worker[beside->queue];
	}
	workers &= ~(1ull << env->worker[comp->queue]);
	budget->room =
		RTE_MIN(SPP_VECTOR_SIZE * (1 + __builtin_popcountll(workers)), BUDGET_ROOM_MAX);
	for (level = 1; level < SPP_COMPONENT_MAX && shared; level++) {
		for (c = 0; c < model->nb_components; c++) {
			unsigned int queue = model->components[c].queue;

			if (&model->components[c] == comp || levels[queue] != level)
				continue;
			budget_add(budget, &model->components[c], &nb_ports);
			if (meets_one_beside(model, levels, meets, queue))
				budget->part[budget->nb_parts - 1].ends_level = true;
		}
		budget->part[budget->nb_parts - 1].ends_level = true;
	}
	return true;
}

void
spp_budget_free(struct spp_budget *budget)
{
	free(budget->part);
	free(budget->port_id);
}
