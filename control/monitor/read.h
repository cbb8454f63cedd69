/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The status of a process (docs/protocol.md), read into the model's types. Used by watch. Tolerant
 * of members that are not there or of another type: a process may be older or newer than we are.
 */
#ifndef SPP_MONITOR_READ_H
#define SPP_MONITOR_READ_H

#include <jansson.h>

#include "monitor/model.h"

/**
 * Only `raw` of counters is set; what compares (compare.h) fills in the rest.
 * @param info member `info` of a reply
 * @return NULL: out of memory, or no status; free it with monitor_report_free()
 */
struct monitor_report *monitor_read(const json_t *info, pid_t pid);

#endif
