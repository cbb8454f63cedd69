/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A spp_vf as JSON: its ports, components and cores. Called by state.
 */
#ifndef SPP_MONITOR_STATE_VF_H
#define SPP_MONITOR_STATE_VF_H

#include "monitor/model.h"
#include "monitor/text.h"

void monitor_state_vf(struct monitor_text *text, const char *name,
		      const struct monitor_report *report);

#endif
