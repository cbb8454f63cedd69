/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `dump`, `diff FILE` and `apply FILE`: the wiring of a spp_vf as a file. Called by commands.
 */
#ifndef SPP_CTL_WIRING_H
#define SPP_CTL_WIRING_H

#include "ctl/ctl.h"

int ctl_dump_run(const struct ctl *ctl, int nb, char **words);
int ctl_diff_run(const struct ctl *ctl, int nb, char **words);
int ctl_apply_run(const struct ctl *ctl, int nb, char **words);

#endif
