/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Lines for the operator about one vhost port. A guest can cause them: whoever writes them limits
 * the lines of each port.
 */
#ifndef SPP_ADAPTERS_VHOST_LOG_H
#define SPP_ADAPTERS_VHOST_LOG_H

/** Constant once made; any thread. */
struct spp_vhost_log {
	char source[16];  /**< "vhost0" */
	const char *path; /**< of its socket, for the line; the caller's */
	void (*write)(const char *source, int priority, const char *line); /**< may be NULL */
};

__attribute__((format(printf, 3, 4))) void spp_vhost_log_line(const struct spp_vhost_log *log,
							      int priority, const char *fmt, ...);

/**
 * librte_vhost itself writes a line for each message of a guest and, on the packet path, for each
 * buffer it has no mbuf for: silence both, unless the operator chose their level (--log-level).
 */
void spp_vhost_log_quieten_library(void);

#endif
