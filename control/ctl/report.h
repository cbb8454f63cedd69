/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl report [FILE]`: everything somebody needs who looks for a fault, in one file. Called by
 * commands.
 */
#ifndef SPP_CTL_REPORT_H
#define SPP_CTL_REPORT_H

#include "ctl/ctl.h"

int ctl_report_run(const struct ctl *ctl, int nb, char **words);

#endif
