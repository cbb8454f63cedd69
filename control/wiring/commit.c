/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Carries out a plan, and undoes it when a step fails. See commit.h.
 */
#include "wiring/commit.h"

#include <string.h>

struct commit {
	const struct spp_dataplane_ops *ops;
	void *ctx;
	const struct spp_plan *plan;
	struct spp_holding *holding;
	struct spp_commit_result *result;
};

static int
commit_link(const struct commit *c, unsigned int queue, uint16_t lcore_id, struct spp_error *err)
{
	int ret = c->ops->link(c->ctx, queue, lcore_id, err);

	c->holding->linked[queue] = ret == 0 ? lcore_id : SPP_LCORE_UNKNOWN;
	return ret;
}

/** Link the first nb back, the last one first. One that cannot be linked back is noted in the
 * result, and the rest are tried all the same. */
static void
undo_links(const struct commit *c, unsigned int nb)
{
	struct spp_error why = {""};

	while (nb-- > 0) {
		const struct spp_plan_link *link = &c->plan->links[nb];

		/* Nobody knows where it was linked before this flush: it stays unknown. */
		if (link->from == SPP_LCORE_UNKNOWN)
			c->holding->linked[link->queue] = SPP_LCORE_UNKNOWN;
		else if (commit_link(c, link->queue, link->from, &why) < 0) {
			c->result->degraded = true;
			c->result->degraded_why = why;
		}
	}
}

static void
undo_acquire(const struct commit *c, unsigned int nb)
{
	while (nb-- > 0) {
		c->ops->release(c->ctx, c->plan->acquire[nb]);
		spp_held_ports_remove(&c->holding->ports, c->plan->acquire[nb]);
	}
}

/** Pause, drain, link; undone here when it fails. */
static int
rewire(const struct commit *c, struct spp_error *err)
{
	const struct spp_plan *plan = c->plan;
	uint64_t pause = plan->pause;
	unsigned int i = 0;
	int ret = 0;

	if (c->ops->more_pause != NULL)
		pause |= c->ops->more_pause(c->ctx);
	if (pause != 0) {
		ret = c->ops->pause(c->ctx, pause, err);
		if (ret == 0)
			ret = c->ops->drain(c->ctx, pause, err);
	}
	for (; i < plan->nb_links && ret == 0; i++)
		ret = commit_link(c, plan->links[i].queue, plan->links[i].to, err);
	if (ret == 0)
		return 0;
	/* The link that failed is linked back as well: it may have been half done. */
	undo_links(c, i);
	/* So is a pause that failed: some workers may have seen it. */
	if (pause != 0)
		c->ops->resume(c->ctx);
	return ret;
}

static void
finish(const struct commit *c)
{
	const struct spp_plan *plan = c->plan;
	unsigned int i;

	/* While a worker may still use the old snapshot the data plane holds its ports on. */
	c->result->late = c->ops->retire(c->ctx, &c->result->late_why) < 0;
	for (i = 0; i < plan->nb_release; i++) {
		c->ops->release(c->ctx, plan->release[i]);
		spp_held_ports_remove(&c->holding->ports, plan->release[i]);
	}
}

int
spp_commit(const struct spp_dataplane_ops *ops, void *ctx, const struct spp_model *staged,
	   const struct spp_plan *plan, struct spp_holding *holding,
	   struct spp_commit_result *result, struct spp_error *err)
{
	const struct commit c = {ops, ctx, plan, holding, result};
	uint64_t start = ops->now_us(ctx);
	unsigned int acquired = 0;
	int ret = 0;

	memset(result, 0, sizeof(*result));
	for (; acquired < plan->nb_acquire; acquired++) {
		ret = ops->acquire(ctx, plan->acquire[acquired], err);
		if (ret < 0)
			goto undo_acquire;
		spp_held_ports_add(&holding->ports, plan->acquire[acquired]);
	}
	ret = ops->prepare(ctx, staged, &plan->levels, err);
	if (ret < 0)
		goto undo_acquire;
	ret = rewire(&c, err);
	if (ret < 0)
		goto undo_prepare;
	ops->publish(ctx);
	result->commit_us = ops->now_us(ctx) - start;
	finish(&c);
	result->retire_us = ops->now_us(ctx) - start - result->commit_us;
	return 0;

undo_prepare:
	ops->discard(ctx);
undo_acquire:
	undo_acquire(&c, acquired);
	return ret;
}
