/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The model as JSON, for the page and for scripts: docs/monitoring.md has every member. Used by
 * http, under the model's lock.
 */
#ifndef SPP_MONITOR_STATE_H
#define SPP_MONITOR_STATE_H

#include "monitor/model.h"
#include "monitor/text.h"

/** What is now: one object on one line, without a newline. */
void monitor_state_write(struct monitor_text *text, const struct monitor_model *model);

#endif
