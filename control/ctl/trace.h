/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl trace --what-if PORT DST`. Called by commands.
 */
#ifndef SPP_CTL_TRACE_H
#define SPP_CTL_TRACE_H

#include "ctl/ctl.h"

int ctl_trace_run(const struct ctl *ctl, int nb, char **words);

#endif
