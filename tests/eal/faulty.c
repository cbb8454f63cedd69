/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Operations that fail on request, over spp_dataplane_ops. See faulty.h.
 */
#include "faulty.h"

#include "vf/steps.h"

struct faulty faulty;

void
faulty_reset(unsigned int fail_at, bool undo_fails, bool done_first)
{
	faulty = (struct faulty){
		.fail_at = fail_at, .undo_fails = undo_fails, .done_first = done_first};
}

static bool
faulty_next(void)
{
	faulty.step++;
	return faulty.step == faulty.fail_at ||
	       (faulty.undo_fails && faulty.step == faulty.fail_at + 1);
}

/* The real step was done or left out; now it says that it failed. */
static int
faulty_say(struct spp_error *err)
{
	faulty.failed++;
	return spp_error(err, EIO, "step %u was made to fail", faulty.step);
}

static int
faulty_acquire(void *ctx, struct spp_port port, struct spp_error *err)
{
	return faulty_next() ? faulty_say(err) : spp_dataplane_ops.acquire(ctx, port, err);
}

static int
faulty_prepare(void *ctx, const struct spp_model *model, const struct spp_levels *levels,
	       struct spp_error *err)
{
	return faulty_next() ? faulty_say(err) : spp_dataplane_ops.prepare(ctx, model, levels, err);
}

/* The steps that may have been half done when they fail are done in full here. */
static int
faulty_pause(void *ctx, uint64_t queues, struct spp_error *err)
{
	bool fails = faulty_next();
	int ret = fails && !faulty.done_first ? 0 : spp_dataplane_ops.pause(ctx, queues, err);

	return fails ? faulty_say(err) : ret;
}

static int
faulty_drain(void *ctx, uint64_t queues, struct spp_error *err)
{
	bool fails = faulty_next();
	int ret = fails && !faulty.done_first ? 0 : spp_dataplane_ops.drain(ctx, queues, err);

	return fails ? faulty_say(err) : ret;
}

static int
faulty_link(void *ctx, unsigned int queue, uint16_t lcore_id, struct spp_error *err)
{
	bool fails = faulty_next();
	int ret =
		fails && !faulty.done_first ? 0 : spp_dataplane_ops.link(ctx, queue, lcore_id, err);

	return fails ? faulty_say(err) : ret;
}

const struct spp_dataplane_ops *
faulty_ops(void)
{
	static struct spp_dataplane_ops ops;

	ops = spp_dataplane_ops;
	ops.acquire = faulty_acquire;
	ops.prepare = faulty_prepare;
	ops.pause = faulty_pause;
	ops.drain = faulty_drain;
	ops.link = faulty_link;
	return &ops;
}
