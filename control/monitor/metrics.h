/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The table of all metrics, and how they are written. Used by http and by --list-metrics.
 */
#ifndef SPP_MONITOR_METRICS_H
#define SPP_MONITOR_METRICS_H

#include <stdbool.h>

#include "monitor/model.h"
#include "monitor/text.h"

/** All samples. @param openmetrics OpenMetrics 1.0, else text format 0.0.4 */
void monitor_metrics_write(struct monitor_text *text, const struct monitor_model *model,
			   bool openmetrics);

/** Name, type, labels and meaning of each: a line of text, fields separated by tabs. */
void monitor_metrics_list(struct monitor_text *text);

#endif
