/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plan and commit. See flusher.h.
 */
#include "flusher.h"

#include <stdio.h>
#include <string.h>

#include "wiring/commit.h"
#include "wiring/plan.h"

static struct {
	const struct spp_dataplane_ops *ops;
	void *ctx;
	struct spp_model running;
	struct spp_holding holding;
	struct spp_plan plan;
} flusher;

void
flusher_init(const struct spp_dataplane_ops *ops, void *ctx)
{
	memset(&flusher, 0, sizeof(flusher));
	flusher.ops = ops;
	flusher.ctx = ctx;
	spp_holding_init(&flusher.holding);
}

int
flusher_flush(struct spp_model *staged, struct flusher_result *result, struct spp_error *err)
{
	struct spp_commit_result commit = {0};
	int ret = spp_plan_make(&flusher.running, staged, &flusher.holding,
				flusher.ops->inventory(flusher.ctx)->nb_queues, &flusher.plan, err);

	if (ret == 0)
		ret = spp_commit(flusher.ops, flusher.ctx, staged, &flusher.plan, &flusher.holding,
				 &commit, err);
	if (ret == 0)
		flusher.running = *staged;
	result->late = commit.late;
	result->degraded = commit.degraded;
	memcpy(result->late_why, commit.late_why.text, sizeof(result->late_why));
	return ret;
}

struct spp_model *
flusher_running(void)
{
	return &flusher.running;
}
