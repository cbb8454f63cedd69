/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * DPDK's log goes the way of ours (log.h): its lines unchanged, on standard error, with their
 * priority where that is systemd's journal; and limited, since guests and other peers can cause
 * them. A source is a log type of DPDK's, and of librte_vhost one socket.
 *
 * The EAL's options about the form of its log (--syslog; 24.11 also --log-timestamp, --log-color,
 * and its own way to the journal) have no effect then; --log-level has.
 */
#ifndef SPP_LIBRARY_LOG_H
#define SPP_LIBRARY_LOG_H

/** Lines a minute of one source that come only when --log-level asks for them (info, debug). */
#define SPP_LIBRARY_LOG_WANTED 1000

/** Take DPDK's lines over. Before rte_eal_init(); all are written. Without memory for it DPDK goes
 * on as it does by itself. */
void spp_library_log_start(void);
/** The start is over: from now on they are limited. */
void spp_library_log_limit(void);

#endif
