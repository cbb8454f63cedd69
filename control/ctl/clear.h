/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl clear [PORT|NAME]`: counters count from zero again. Called by commands.
 */
#ifndef SPP_CTL_CLEAR_H
#define SPP_CTL_CLEAR_H

#include "ctl/ctl.h"

int ctl_clear_run(const struct ctl *ctl, int nb, char **words);

#endif
