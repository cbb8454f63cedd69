/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What else one should know at a step of `sppctl trace --what-if`: where the answer is not certain,
 * and what is often mistaken. Used by trace_text and trace_json.
 */
#ifndef SPP_CTL_TRACE_NOTES_H
#define SPP_CTL_TRACE_NOTES_H

#include <jansson.h>

#include "ctl/trace_case.h"

/** An array of texts, each of a line or two; the caller's. */
json_t *ctl_trace_notes(const struct ctl_trace_case *a, const struct spp_trace_step *step);

#endif
