/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl top`: the tables of status with rates, refreshed. Called by commands.
 */
#ifndef SPP_CTL_TOP_H
#define SPP_CTL_TOP_H

#include "ctl/ctl.h"

int ctl_top_run(const struct ctl *ctl, int nb, char **words);

#endif
