/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl topo [NAME]`: the patch panel as a drawing. Called by commands.
 */
#ifndef SPP_CTL_TOPO_H
#define SPP_CTL_TOPO_H

#include "ctl/ctl.h"

int ctl_topo_run(const struct ctl *ctl, int nb, char **words);

#endif
