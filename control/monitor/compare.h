/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A status beside the one before: counters that never go back, rates, histories, and what has
 * happened between the two. Used by watch, under the model's lock.
 */
#ifndef SPP_MONITOR_COMPARE_H
#define SPP_MONITOR_COMPARE_H

#include "monitor/model.h"

/**
 * Fill in what a new report gets from the one before, and take its histories over.
 * @param before NULL: there is none. Of another pid: only histories count. Histories it gave are
 *               gone from it, the rest of it stays the caller's.
 */
void monitor_compare(struct monitor_model *model, struct monitor_report *now,
		     struct monitor_report *before);

/** Tell what has happened between the two as events. */
void monitor_compare_events(struct monitor_model *model, const char *who,
			    const struct monitor_report *now, const struct monitor_report *before);

#endif
