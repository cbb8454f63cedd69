/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The budgets of a snapshot (struct spp_budget): how much may be in flight before a component's
 * sources are no longer polled, and which ports count. Used by snapshot; control thread.
 */
#ifndef SPP_SNAPSHOT_BUDGET_H
#define SPP_SNAPSHOT_BUDGET_H

#include "packet/snapshot.h"

/** Of all hops, which have their workers. @return false: no memory, some may be set */
bool spp_snapshot_set_budgets(struct spp_snapshot *snap, const struct spp_model *model,
			      const struct spp_levels *levels, const struct spp_snapshot_env *env);

void spp_snapshot_free_budgets(struct spp_snapshot *snap);

#endif
