/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Log lines of spp_monitor: to standard error, by a thread of its own (spp/lines.h). Any thread.
 */
#ifndef SPP_MONITOR_LOG_H
#define SPP_MONITOR_LOG_H

/** Before anything else: what is said of lines that got lost. */
void monitor_log_begin(void);

/** One line. @param priority LOG_ERR, LOG_WARNING or LOG_NOTICE */
__attribute__((format(printf, 2, 3))) void monitor_log(int priority, const char *fmt, ...);

#endif
