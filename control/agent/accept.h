/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * New connections of both kinds. Used by loop.
 */
#ifndef SPP_AGENT_ACCEPT_H
#define SPP_AGENT_ACCEPT_H

#include <stdbool.h>

#include "agent/agent.h"

/** A process is at the door of this listener. */
void agent_accept_peer(struct agent *agent, const struct agent_listener *listener);

/** An sppctl is at its UNIX socket, or one who looks at his. */
void agent_accept_client(struct agent *agent, bool looks);

#endif
