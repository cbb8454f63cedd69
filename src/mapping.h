/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A file that processes share as memory: where we have it, and whether one that has it is stopped.
 * By proc(5); knows no DPDK. Any thread that may wait for the disk.
 */
#ifndef SPP_MAPPING_H
#define SPP_MAPPING_H

#include <stdbool.h>
#include <sys/types.h>

struct spp_mapping {
	void *at;        /**< in our own memory */
	char device[16]; /**< of the file, as maps shows it: stat(2) may tell another one */
	unsigned long inode;
};

/** Our own mapping of the file, which is not opened. @return 0 or -ENOENT. */
int spp_mapping_find(const char *path, struct spp_mapping *out);

/**
 * A process that is stopped (SIGSTOP, a debugger), if only in one thread, and has the file in its
 * memory. One that a frozen cgroup holds does not show as stopped.
 *
 * @return 0: there is none; -1: it cannot be told.
 */
pid_t spp_mapping_stopped(const struct spp_mapping *mapping);

#endif
