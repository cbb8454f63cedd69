/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl status [NAME]`: what processes are doing. Called by commands.
 */
#ifndef SPP_CTL_STATUS_H
#define SPP_CTL_STATUS_H

#include "ctl/ctl.h"

int ctl_status_run(const struct ctl *ctl, int nb, char **words);

#endif
