/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The log of spp_agent: one line on standard error for each connection and request. Nobody waits
 * for whoever reads it (spp/lines.h).
 */
#ifndef SPP_AGENT_LOG_H
#define SPP_AGENT_LOG_H

/** Before the first line. */
void agent_log_begin(void);

/** One line; priority is a syslog level (LOG_NOTICE ...). */
__attribute__((format(printf, 2, 3))) void agent_log(int priority, const char *fmt, ...);

/** A warning that a stranger can cause: at most 20 lines a second, the rest is counted. */
__attribute__((format(printf, 1, 2))) void agent_log_stranger(const char *fmt, ...);

#endif
