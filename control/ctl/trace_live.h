/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl trace PORT [FILTER]`: the way of single packets, as it was. Used by trace.
 */
#ifndef SPP_CTL_TRACE_LIVE_H
#define SPP_CTL_TRACE_LIVE_H

#include "ctl/ctl.h"

/** @return an enum ctl_exit */
int ctl_trace_live(const struct ctl *ctl, int nb, char **words);

#endif
