/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * All there is of one spp_agent: sockets it listens on, processes, and sppctl connections. Types
 * only.
 *
 * One thread, one poll loop (loop.h). Two kinds of connection: a *peer* is a process of the data
 * plane (TCP or UNIX socket, peer.h), a *client* is an sppctl, or one who only looks (UNIX sockets,
 * client.h). A client asks, a peer answers; the way between them is a job (job.h). A change of
 * several processes has a job with each (many.h).
 */
#ifndef SPP_AGENT_H
#define SPP_AGENT_H

#include <stdint.h>
#include <sys/queue.h>

#include "agent/history.h"
#include "agent/listen.h"
#include "agent/registry.h"

struct agent_client;
TAILQ_HEAD(agent_client_list, agent_client);
struct agent_many;
TAILQ_HEAD(agent_many_list, agent_many);

struct agent {
	struct agent_listeners listeners;
	struct agent_registry registry; /**< processes, and their connections */
	struct agent_client_list clients;
	unsigned int nb_clients[2];   /**< of sppctl, and those who only look */
	struct agent_many_list manys; /**< changes of several processes that are under way */
	struct agent_history history;
	int signal_fd;            /**< readable: it is time to end */
	uint64_t accept_after_ms; /**< out of descriptors: no accept before this time */
};

#endif
