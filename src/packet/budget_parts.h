/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which ports count against the budget of a component's sources. Filled by snapshot, on the control
 * thread; read by budget, on workers.
 */
#ifndef SPP_BUDGET_PARTS_H
#define SPP_BUDGET_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/levels.h"
#include "spp/limits.h"
#include "spp/model.h"

/** Ports of one component, whose vectors in flight count against a budget. */
struct spp_budget_part {
	uint16_t nb_ports; /**< rx ports of the component */
	bool ends_level;   /**< the parts after this one are a ring further away */
};

/**
 * How much may be in flight from a component on before its sources are no longer polled. The parts
 * are the component itself; others, each a level of its own, whose packets meet ours before a ring,
 * as those of two forwards do in a merge: it has room for the packets of one way; then those
 * downstream whose worker takes turns with ours, by level (how many rings lie between, on the
 * longest way).
 */
struct spp_budget {
	uint8_t vectors; /**< on one way, at most */
	/** Packets for which a ring must have room: a vector of ours, and one of each other worker
	 * with a part beside, which may have looked before we send. */
	uint16_t room;
	uint16_t nb_parts;
	uint16_t nb_beside; /**< parts behind the first: of others whose packets meet ours */
	struct spp_budget_part *part;
	uint16_t *port_id; /**< rx ports of all parts, in their order */
};

/** What budgets are made from; all by event queue. */
struct spp_budget_env {
	const struct spp_model *model;
	const struct spp_levels *levels;
	uint8_t worker[SPP_COMPONENT_MAX];
	/** The places that a component leads to, and that lead on over a ring themselves, as bits:
	 * of two that have one in common the packets meet there. */
	uint64_t meets[SPP_COMPONENT_MAX];
	/** As those of struct spp_snapshot_env. */
	bool (*share_cpu)(void *arg, unsigned int worker_a, unsigned int worker_b);
	bool (*shares_with_scheduler)(void *arg, unsigned int worker);
	void *arg;
};

/** Fill in `meets`. */
void spp_budget_find_meetings(struct spp_budget_env *env);

/** @param budget all zero @return false: no memory, and some of it may be there */
bool spp_budget_fill(struct spp_budget *budget, const struct spp_budget_env *env,
		     const struct spp_component *comp);
void spp_budget_free(struct spp_budget *budget);

#endif
