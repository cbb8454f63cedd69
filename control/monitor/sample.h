/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Writes one sample of a metric in either exposition format: OpenMetrics 1.0, or Prometheus' text
 * format 0.0.4. Used by metrics and what it calls; knows nothing of what is measured.
 */
#ifndef SPP_MONITOR_SAMPLE_H
#define SPP_MONITOR_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/text.h"

enum monitor_type { MONITOR_COUNTER, MONITOR_GAUGE, MONITOR_INFO, MONITOR_HISTOGRAM };

struct monitor_out {
	struct monitor_text *text;
	bool openmetrics;
	const char *family; /**< name without suffix */
	enum monitor_type type;
};

/** Names and values of labels by turns; NULL ends it. A label whose value is "" is left out, which
 * means the same to Prometheus. */
#define MONITOR_LABELS(...) ((const char *const[]){__VA_ARGS__, NULL})

/** HELP, TYPE and UNIT of the family that begins. @param unit "" or the last word of its name */
void monitor_sample_family(struct monitor_out *out, const char *unit, const char *help);
void monitor_sample_integer(struct monitor_out *out, const char *const labels[], uint64_t value);
void monitor_sample_real(struct monitor_out *out, const char *const labels[], double value);
/** Another suffix than the type's own: "_bucket", "_sum" or "_count" of a histogram. */
void monitor_sample_part(struct monitor_out *out, const char *suffix, const char *const labels[],
			 double value);

#endif
