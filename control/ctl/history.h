/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl history [NAME]`: the last changes that spp_agent was asked for. Called by commands.
 */
#ifndef SPP_CTL_HISTORY_H
#define SPP_CTL_HISTORY_H

#include "ctl/ctl.h"

int ctl_history_run(const struct ctl *ctl, int nb, char **words);

#endif
