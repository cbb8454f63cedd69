/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The EAL's runtime directory, which all processes of one --file-prefix have in common: where it
 * will be, before the EAL has started, and which of its files still have an owner.
 *
 * Any thread.
 */
#ifndef SPP_EAL_DIR_H
#define SPP_EAL_DIR_H

#include <stdbool.h>
#include <stddef.h>

/** Its file with struct spp_dpdk_mem_config (spp/dp/dpdk_versions.h), on which spp_primary has a
 * lock of fcntl(2). */
#define SPP_EAL_CONFIG_FILE "config"
/** Its file with the list of memzones, on which every process has a shared flock(2). */
#define SPP_EAL_MEMZONES_FILE "fbarray_memzone"

/** As eal_create_runtime_dir() of lib/eal/unix/eal_filesystem.c has it, by the command line and the
 * environment. @return 0 or -ENAMETOOLONG */
int spp_eal_dir(int argc, char **argv, char *out, size_t size);

/** A multi-process socket (bound by a process that lives), or a file of the EAL's (locked by one).
 */
bool spp_eal_dir_in_use(const char *path);

/** Whether a primary lives that has this SPP_EAL_CONFIG_FILE: the kernel gives its lock up when it
 * ends. @param fd open for writing */
bool spp_eal_config_locked(int fd);

#endif
