/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the threads of a process do right now, by proc(5): for holders.c, which has to know who
 * cannot be inside a call of DPDK's. Knows no DPDK. Any thread.
 */
#ifndef SPP_THREADS_H
#define SPP_THREADS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * Whether the thread waits in the kernel for something that comes from outside (a message, a
 * connection, an event, its time): nothing of DPDK's or ours does that with one of the EAL's shared
 * locks taken. Not among these: read(2), which may be of a file, and after which a thread may be
 * frozen; and futexes, by which it waits for another thread.
 */
bool spp_thread_waits(pid_t pid, pid_t tid);

/** CPU time it has used, in nanoseconds; 0: that cannot be told. */
uint64_t spp_thread_ran(pid_t pid, pid_t tid);

/** Stopped by a signal or a debugger. A frozen cgroup's thread does not show as stopped. */
bool spp_thread_stopped(pid_t pid, pid_t tid);

/** Its name. @return out; "" when it has ended */
const char *spp_thread_name(pid_t pid, pid_t tid, char out[16]);

/** For each thread of a process, until one is refused. @return false: one was; true also when the
 * process has ended */
bool spp_threads_all(pid_t pid, bool (*is_fine)(pid_t pid, pid_t tid, void *arg), void *arg);

#endif
