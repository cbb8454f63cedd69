/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A real-time policy (SCHED_FIFO, SCHED_RR) that this process was started with waits while DPDK
 * makes threads. rte_eal_init() and others wait for each thread they make by naps of 1 us. The
 * kernel does not round those of a real-time thread up, and where a timer takes longer to set than
 * that they give nobody the CPU: a new thread of the same priority there does not run for seconds,
 * or never.
 */
#ifndef SPP_POLICY_H
#define SPP_POLICY_H

/** Before DPDK makes threads; those that are there already keep it. To be called by one thread at a
 * time, and may be nested. */
void spp_policy_lower(void);

/** All threads of this process get what it was started with, but those that chose for themselves.
 */
void spp_policy_raise(void);

#endif
