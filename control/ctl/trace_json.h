/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The answer of `sppctl trace --what-if --json`.
 */
#ifndef SPP_CTL_TRACE_JSON_H
#define SPP_CTL_TRACE_JSON_H

#include "ctl/trace_case.h"

/** The members: docs/operations.md, "Find a lost packet". */
json_t *ctl_trace_json(const struct ctl_trace_case *a);

#endif
