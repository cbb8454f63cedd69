/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The answer to `ls`: which processes are connected, or were, and where spp_agent listens.
 *
 * Used by client. Reads; changes nothing.
 */
#ifndef SPP_AGENT_LIST_H
#define SPP_AGENT_LIST_H

#include "agent/listen.h"
#include "agent/registry.h"

/** One JSON object, malloc'ed; NULL: out of memory. */
char *agent_list_text(const struct agent_registry *registry,
		      const struct agent_listeners *listeners);

#endif
