/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Where packets are dropped, and what to do about it, as JSON. Called by state.
 */
#ifndef SPP_MONITOR_STATE_DROPS_H
#define SPP_MONITOR_STATE_DROPS_H

#include "monitor/model.h"
#include "monitor/text.h"

/** Drops that are listed at once. */
#define MONITOR_STATE_DROPS 200

/** Those of the time that the histories cover, newest first. */
void monitor_state_drops(struct monitor_text *text, const struct monitor_model *model);

#endif
