/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * rte_eal_init() for both programs: it ends the process by itself (rte_panic(), abort()) for what
 * an operator may have asked for, and says neither which option that was nor what would be right.
 */
#ifndef SPP_EAL_START_H
#define SPP_EAL_START_H

#include "spp/error.h"

/**
 * Start the EAL. A panic in it, on whichever thread, is said in a line of ours, and the process
 * ends with code 1.
 *
 * @param leave what must not stay behind when the process ends so, now or later; may be NULL
 * @return 0; -EINVAL: an option is wrong; another -errno. With text in either case.
 */
int spp_eal_start(int argc, char **argv, void (*leave)(void), struct spp_error *err);

/** From now on a panic is a crash as any other, but for `leave`; a real-time policy is put on
 * (policy.h). */
void spp_eal_started(void);

#endif
