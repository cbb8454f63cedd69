/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What is known of each process, whether it is connected or not; and the list of all connections
 * of processes.
 *
 * Kept by peer, shown by list. Says in the log who comes and goes; knows nothing of sockets.
 */
#ifndef SPP_AGENT_REGISTRY_H
#define SPP_AGENT_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <time.h>

#include "agent/address.h"
#include "spp/error.h"
#include "spp/limits.h"

struct agent_peer;
TAILQ_HEAD(agent_peer_list, agent_peer);

/** One process id. */
struct agent_entry {
	bool known;                        /**< it has been connected */
	const char *type;                  /**< of what was connected last; spp_process_type() */
	struct agent_peer *peer;           /**< its connection; NULL: not connected now */
	char address[AGENT_ADDRESS_SIZE];  /**< where it comes from */
	char listener[AGENT_ADDRESS_SIZE]; /**< where it came in */
	time_t since;                      /**< connected, or lost, since */
	uint64_t nb_requests;
	char last_error[SPP_ERROR_SIZE]; /**< of a reply, or why it was lost */
};

struct agent_registry {
	struct agent_entry entries[SPP_PROCESS_ID_MAX + 1]; /**< by process id; 0: primary */
	struct agent_peer_list peers; /**< all connections, those without a name too */
	unsigned int nb_peers;
	uint64_t reply_ms; /**< how long a process may take for a reply */
	bool ending;       /**< spp_agent ends: whoever goes now is not lost */
};

/** @param reply_ms how long a process may take for a reply */
void agent_registry_init(struct agent_registry *registry, uint64_t reply_ms);

/** This connection is the process from now on. */
void agent_registry_hold(struct agent_registry *registry, unsigned int process_id,
			 struct agent_peer *peer, const char *address, const char *listener);

/** The process is not connected any more, for that reason. */
void agent_registry_lose(struct agent_registry *registry, unsigned int process_id,
			 const char *reason);

#endif
