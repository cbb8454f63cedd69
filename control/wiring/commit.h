/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Carry out a plan on the data plane, all of it or nothing.
 *
 * Used by txn. Drives the steps of include/spp/dataplane.h in their order and, when one fails,
 * undoes the earlier ones in reverse. Knows nothing of requests.
 */
#ifndef SPP_CONTROL_COMMIT_H
#define SPP_CONTROL_COMMIT_H

#include <stdbool.h>

#include "spp/dataplane.h"
#include "wiring/plan.h"

struct spp_commit_result {
	uint64_t commit_us; /**< from the first step to publish */
	uint64_t retire_us; /**< from there until nobody uses the old wiring */
	bool degraded;      /**< a step could not be undone */
	struct spp_error degraded_why;
	bool late; /**< a worker still uses the old snapshot: ports stay held */
	struct spp_error late_why;
};

/**
 * @param staged the model the plan was made for
 * @param holding kept in step with what was really done
 * @return 0: staged runs; -errno with err: what ran before runs on (result says if degraded)
 */
int spp_commit(const struct spp_dataplane_ops *ops, void *ctx, const struct spp_model *staged,
	       const struct spp_plan *plan, struct spp_holding *holding,
	       struct spp_commit_result *result, struct spp_error *err);

#endif
