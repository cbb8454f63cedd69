/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The histories as JSON: docs/monitoring.md has every member. Used by http, under the model's lock.
 */
#ifndef SPP_MONITOR_HISTORY_H
#define SPP_MONITOR_HISTORY_H

#include "monitor/model.h"
#include "monitor/text.h"

/** Points that are shown of a history: each the mean of as many samples as it takes. */
#define MONITOR_HISTORY_POINTS 120

void monitor_history_write(struct monitor_text *text, const struct monitor_model *model);

#endif
