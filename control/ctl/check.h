/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl check`: one line and an exit code for a monitoring system. Called by commands.
 */
#ifndef SPP_CTL_CHECK_H
#define SPP_CTL_CHECK_H

#include "ctl/ctl.h"

int ctl_check_run(const struct ctl *ctl, int nb, char **words);

#endif
