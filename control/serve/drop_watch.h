/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Tells the operator that packets are dropped: the first time of each reason, then less and less
 * often.
 *
 * The packet path only counts. This looks at its counters now and then, seldom enough to cost an
 * idle process nothing. Used by control.
 */
#ifndef SPP_CONTROL_DROP_WATCH_H
#define SPP_CONTROL_DROP_WATCH_H

#include "spp/dataplane.h"
#include "wire/loop.h"

/** Milliseconds between two looks: one wake-up in ten seconds. */
#define SPP_DROP_WATCH_MS 10000
/** Milliseconds until the next line of the same reason; doubled with each, up to an hour. */
#define SPP_DROP_WATCH_PAUSE_MS     60000
#define SPP_DROP_WATCH_PAUSE_MAX_MS 3600000

struct spp_drop_watch;

/** @return NULL: out of memory */
struct spp_drop_watch *spp_drop_watch_create(struct spp_loop *loop,
					     const struct spp_dataplane_ops *ops, void *ctx,
					     void (*log)(int priority, const char *line));
/** From now on ports are called by the labels of this model, too. */
void spp_drop_watch_labels(struct spp_drop_watch *watch, const struct spp_model *running);
void spp_drop_watch_destroy(struct spp_drop_watch *watch);

/** One look, at a time of spp_clock_ms(); the timer calls it. */
void spp_drop_watch_look(struct spp_drop_watch *watch, uint64_t now_ms);

#endif
