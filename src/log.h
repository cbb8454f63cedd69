/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One line for the operator on stderr: "spp_vf1: warning: ...". Control threads only.
 */
#ifndef SPP_LOG_H
#define SPP_LOG_H

#include <syslog.h>

/** Set the name lines begin with; `name` must stay valid. */
void spp_log_name(const char *name);
void spp_log_line(int priority, const char *line);
__attribute__((format(printf, 2, 3))) void spp_log(int priority, const char *fmt, ...);

#endif
