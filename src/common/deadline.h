/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The longest that something may take which nothing can interrupt: a wait of DPDK's for a lock. By
 * SIGALRM, one at a time in a process; a SIGALRM that somebody sends means nothing.
 */
#ifndef SPP_DEADLINE_H
#define SPP_DEADLINE_H

/** @param late called in a signal handler, on any thread, when the time is over */
void spp_deadline_start(unsigned int seconds, void (*late)(void));
void spp_deadline_stop(void);

#endif
