/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The poll loop of spp_agent. Used by main.
 */
#ifndef SPP_AGENT_LOOP_H
#define SPP_AGENT_LOOP_H

#include "agent/agent.h"

/** Serve until a signal says that it is time to end. 0, or -errno when poll(2) itself fails. */
int agent_loop_run(struct agent *agent);

#endif
