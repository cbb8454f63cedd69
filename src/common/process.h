/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What /proc says of a process, for messages and for those who must know what it does. Knows no
 * DPDK. Any thread.
 */
#ifndef SPP_PROCESS_H
#define SPP_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

/** Bytes of a process as text, NUL included. */
#define SPP_PROCESS_TEXT 48

/** "pid 4711 (spp_vf)"; for 0: "a process that cannot be seen from here". What its name has
 * that is no printable ASCII becomes "?". @return out */
const char *spp_process_text(pid_t pid, char out[SPP_PROCESS_TEXT]);

/**
 * The system call a thread is in.
 *
 * @param arg its first argument
 * @return its number; -1: none, it runs or could; -2: that cannot be told
 */
long spp_process_syscall(pid_t pid, pid_t tid, unsigned long *arg);

/** Who holds the flock(2) of an open file. 0: nobody that can be seen from here. */
pid_t spp_process_flock_holder(int fd);

#endif
