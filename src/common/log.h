/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Lines for the operator on standard error: "spp_vf1: warning: ...". All lines of a process go
 * through here, DPDK's as well (library_log.h). Any thread but a worker or scheduler. Nobody waits
 * for whoever reads them (spp/lines.h).
 */
#ifndef SPP_LOG_H
#define SPP_LOG_H

#include <syslog.h>

/** Set the name lines begin with; `name` must stay valid. */
void spp_log_name(const char *name);
void spp_log_line(int priority, const char *line);
__attribute__((format(printf, 2, 3))) void spp_log(int priority, const char *fmt, ...);

/**
 * One line whose pace others set: of each source 20 a minute are written, the others counted
 * (log_limit.h).
 *
 * @param source who causes it: "vhost0"; not empty
 */
void spp_log_from(const char *source, int priority, const char *line);

/**
 * A line of a library, as it is: without our name in front.
 *
 * @param source as above
 * @param max    lines a minute of this source, always the same for it; 0: all
 */
void spp_log_library(const char *source, unsigned int max, int priority, const char *line);

/** Say of which sources lines were left out, and how many. Control thread, each second. */
void spp_log_tick(void);

#endif
