/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The EAL command line of spp_primary: the operator's own options, passed through as given, and
 * what the product needs beside them.
 */
#ifndef SPP_EAL_ARGS_H
#define SPP_EAL_ARGS_H

#include "spp/error.h"

/** Before anything is made. @return 0, or -EINVAL: an option keeps spp_vf away, or cannot be right
 */
int spp_primary_eal_check(int argc, char **argv, struct spp_error *err);

/**
 * Adds event devices, --socket-limit, and memory if its size is not given. The array is allocated
 * and stays. NULL: no memory.
 * @param nb_devs event devices: one for each VF slot
 * @param need_mb memory to take where the command line has no size
 */
char **spp_primary_eal_args(int argc, char **argv, unsigned int nb_devs, unsigned int need_mb,
			    int *out_argc);

#endif
