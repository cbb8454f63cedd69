/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl ls`: which processes are there. Called by commands.
 */
#ifndef SPP_CTL_LIST_H
#define SPP_CTL_LIST_H

#include "ctl/ctl.h"

int ctl_list_run(const struct ctl *ctl, int nb, char **words);

#endif
