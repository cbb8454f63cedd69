/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl capture PORT... [FILTER]`: the packets of ports, or those that are dropped, as they are
 * now. Asks each spp_vf concerned by its socket for captures; several are merged by time.
 */
#ifndef SPP_CTL_CAPTURE_H
#define SPP_CTL_CAPTURE_H

#include "ctl/ctl.h"

int ctl_capture_run(const struct ctl *ctl, int nb, char **words);

#endif
