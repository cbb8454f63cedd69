/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What spp_agent remembers of the changes that were asked for: who, what, why, and what came of it.
 * It becomes events of the time line. Used by watch, which asks; knows no socket but its path.
 */
#ifndef SPP_MONITOR_AGENT_H
#define SPP_MONITOR_AGENT_H

#include <jansson.h>

#include "monitor/model.h"
#include "spp/run_dir.h"

struct monitor_agent {
	char path[SPP_SOCKET_PATH_SIZE]; /**< of the socket it is asked by */
	char request[64];
	bool hangs;     /**< did not answer the last time */
	pid_t pid;      /**< of the one that answered last; 0: none has */
	uint64_t after; /**< number of its last change that is known */
};

/** What to ask: only for what is new. @return false: no spp_agent has a socket that we may use */
bool monitor_agent_ask(struct monitor_agent *agent, const char *run_dir);

/** It has answered. @param reply NULL: it did not @param pid of whoever did */
void monitor_agent_take(struct monitor_model *model, struct monitor_agent *agent,
			const json_t *reply, pid_t pid);

#endif
