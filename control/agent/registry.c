/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The processes that are known. See registry.h.
 */
#include "agent/registry.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "agent/log.h"
#include "change/process.h"

void
agent_registry_init(struct agent_registry *registry, uint64_t reply_ms)
{
	memset(registry, 0, sizeof(*registry));
	registry->reply_ms = reply_ms;
	TAILQ_INIT(&registry->peers);
}

void
agent_registry_hold(struct agent_registry *registry, unsigned int process_id,
		    struct agent_peer *peer, const char *address, const char *listener)
{
	struct agent_entry *entry = &registry->entries[process_id];
	char name[SPP_PROCESS_NAME_SIZE];

	entry->known = true;
	entry->peer = peer;
	entry->since = time(NULL);
	snprintf(entry->address, sizeof(entry->address), "%s", address);
	snprintf(entry->listener, sizeof(entry->listener), "%s", listener);
	agent_log(LOG_NOTICE, "%s connected from %s to %s", spp_process_name(process_id, name),
		  address, listener);
}

void
agent_registry_lose(struct agent_registry *registry, unsigned int process_id, const char *reason)
{
	struct agent_entry *entry = &registry->entries[process_id];
	char name[SPP_PROCESS_NAME_SIZE];

	agent_log(registry->ending ? LOG_NOTICE : LOG_WARNING, "%s disconnected (%s): %s",
		  spp_process_name(process_id, name), entry->address, reason);
	entry->peer = NULL;
	entry->since = time(NULL);
	snprintf(entry->last_error, sizeof(entry->last_error), "%s", reason);
}
