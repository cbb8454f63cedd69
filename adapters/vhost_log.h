/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Lines for the operator about one vhost port, at most so many a minute: a guest can cause them.
 *
 * Used by adapters/vhost.c only, on one thread at a time for each port.
 */
#ifndef SPP_ADAPTERS_VHOST_LOG_H
#define SPP_ADAPTERS_VHOST_LOG_H

#include <time.h>

struct spp_vhost_log {
	unsigned int index;                            /**< of the port, for the line */
	const char *path;                              /**< of its socket, likewise; the caller's */
	void (*write)(int priority, const char *line); /**< may be NULL */
	time_t window;                                 /**< start of the current one */
	unsigned int lines;                            /**< in it */
};

__attribute__((format(printf, 3, 4))) void spp_vhost_log_line(struct spp_vhost_log *log,
							      int priority, const char *fmt, ...);

/**
 * librte_vhost itself writes a line for each message of a guest and, on the packet path, for each
 * buffer it has no mbuf for: silence both, unless the operator chose their level (--log-level).
 */
void spp_vhost_log_quieten_library(void);

#endif
