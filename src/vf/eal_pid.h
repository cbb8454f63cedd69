/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The number by which DPDK tells this process from others.
 *
 * The EAL names its files after getpid(): the multi-process socket, and (until 23.11 only by that)
 * this process's copies of the memory lists. In containers each process is number 1, and the second
 * of them would not start. So the EAL gets its numbers from a getpid() of ours: the true one, plus
 * a multiple of what is above any process's if another one with the same number runs. Whoever
 * compares with what the kernel says (SO_PEERCRED, WATCHDOG_PID) asks it by syscall(SYS_getpid).
 */
#ifndef SPP_EAL_PID_H
#define SPP_EAL_PID_H

#include <sys/types.h>

/** Choose it, before the EAL starts; nobody else may start meanwhile (common/start_lock.h).
 * @param dir the EAL's runtime directory */
pid_t spp_eal_pid_choose(const char *dir);

#endif
