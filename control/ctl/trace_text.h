/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The answer of `sppctl trace --what-if` for people: a line or two a step, at most 80 columns wide.
 */
#ifndef SPP_CTL_TRACE_TEXT_H
#define SPP_CTL_TRACE_TEXT_H

#include <stdio.h>

#include "ctl/trace_case.h"

void ctl_trace_text(FILE *out, const struct ctl_trace_case *a);

#endif
