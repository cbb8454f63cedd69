/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How librte_vhost's threads share a CPU with workers. Both spin on the locks of a guest's rings: a
 * thread that loses the CPU with such a lock held makes the other one spin until the scheduler's
 * next tick, and others' packets wait.
 */
#ifndef SPP_VHOST_THREAD_H
#define SPP_VHOST_THREAD_H

/**
 * From now on the calling thread gets the CPU when the worker on it rests, not in the middle of a
 * burst (SCHED_BATCH, sched(7)). Needs no privilege. librte_vhost's thread for messages only.
 */
void spp_vhost_thread_wait_for_workers(void);
/**
 * It keeps the CPU from a worker that wakes, since it holds such locks (SCHED_FIFO), until the call
 * above or below. Without CAP_SYS_NICE nothing happens. Not before something that waits, or spins
 * on a lock whose holder may have lost this CPU.
 */
void spp_vhost_thread_go_before_workers(void);
/** No longer, in case it did. Any thread. */
void spp_vhost_thread_calm_down(void);

#endif
