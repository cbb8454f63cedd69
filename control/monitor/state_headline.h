/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The figures one looks at first, as JSON. Called by state.
 */
#ifndef SPP_MONITOR_STATE_HEADLINE_H
#define SPP_MONITOR_STATE_HEADLINE_H

#include "monitor/model.h"
#include "monitor/text.h"

void monitor_state_headline(struct monitor_text *text, const struct monitor_model *model);

#endif
