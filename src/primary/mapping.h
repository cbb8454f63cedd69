/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A file that processes share as memory: where we have it, and who else has.
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
 * The other processes that live and have the file in their memory, as far as they can be seen from
 * our PID namespace.
 *
 * @return how many, or -1: that cannot be told, or there are more than max
 */
int spp_mapping_users(const struct spp_mapping *mapping, pid_t *out, int max);

#endif
