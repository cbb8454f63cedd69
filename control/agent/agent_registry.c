/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which connection is which process: reads the answer to `process`, keeps one entry per id.
 *
 * A second connection with an id that is connected is kept aside as a duplicate, and the first
 * one is asked whether it is still there. If it is, it stays; the duplicate takes over as soon
 * as the first one ends. So neither a half-open connection nor a process started twice can
 * steal requests, and nobody is made to connect again and again.
 * Called by agent_peer.c.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "agent.h"

void
agent_registry_name(unsigned int process_id, char *name, size_t size)
{
	if (process_id == 0)
		snprintf(name, size, "primary");
	else
		snprintf(name, size, "vf%u", process_id);
}

int
agent_registry_identify(const char *reply, size_t size, unsigned int *process_id,
			struct spp_error *err)
{
	json_error_t where;
	json_t *root = json_loadb(reply, size, 0, &where);
	const json_t *id;
	const char *type;
	json_int_t value;
	bool primary;

	if (root == NULL)
		return spp_error(err, EINVAL, "its answer to `process` is not JSON: %s",
				 where.text);
	id = json_object_get(root, "process");
	type = json_string_value(json_object_get(root, "process_type"));
	value = json_integer_value(id);
	/* A process that gives no type is told by its number. */
	primary = type != NULL ? strcmp(type, "primary") == 0 : value == 0;
	if (!json_is_integer(id) || value < 0 || value > SPP_PROCESS_ID_MAX ||
	    primary != (value == 0)) {
		json_decref(root);
		return spp_error(err, EINVAL,
				 "its answer to `process` has no usable \"process\" (0 for the "
				 "primary, 1 to %d for a vf)",
				 SPP_PROCESS_ID_MAX);
	}
	*process_id = (unsigned int)value;
	json_decref(root);
	return 0;
}

static void
take_entry(struct agent_peer *peer)
{
	struct agent_entry *entry = &peer->agent->entries[peer->process_id];
	char name[AGENT_NAME_SIZE];

	peer->state = AGENT_PEER_NAMED;
	entry->known = true;
	entry->peer = peer;
	entry->since = time(NULL);
	memcpy(entry->address, peer->address, sizeof(entry->address));
	memcpy(entry->listener, peer->listener, sizeof(entry->listener));
	agent_registry_name(peer->process_id, name, sizeof(name));
	agent_log(LOG_NOTICE, "%s connected from %s to %s", name, peer->address, peer->listener);
}

void
agent_registry_enter(struct agent_peer *peer)
{
	struct agent_entry *entry = &peer->agent->entries[peer->process_id];
	char name[AGENT_NAME_SIZE];

	if (entry->peer == NULL) {
		take_entry(peer);
		return;
	}
	peer->state = AGENT_PEER_DUPLICATE;
	agent_registry_name(peer->process_id, name, sizeof(name));
	agent_log_stranger("%s also connects from %s, while %s is connected: set aside until that "
			   "one ends",
			   name, peer->address, entry->peer->address);
	/* Idle: its `process` is asked again, and must be answered soon. Busy: its reply, or the
	 * lack of it, tells the same. */
	agent_peer_probe(entry->peer);
}

void
agent_registry_leave(struct agent_peer *peer, const char *reason)
{
	struct agent_entry *entry = &peer->agent->entries[peer->process_id];
	char name[AGENT_NAME_SIZE];
	struct agent_peer *next;

	if (peer->state == AGENT_PEER_ASKED) {
		agent_log_stranger("%s disconnected before saying who it is: %s", peer->address,
				   reason);
		return;
	}
	agent_registry_name(peer->process_id, name, sizeof(name));
	if (peer->state == AGENT_PEER_DUPLICATE) {
		agent_log_stranger("%s set aside from %s disconnected: %s", name, peer->address,
				   reason);
		return;
	}
	agent_log(peer->agent->stopping ? LOG_NOTICE : LOG_WARNING, "%s disconnected (%s): %s",
		  name, peer->address, reason);
	entry->peer = NULL;
	entry->since = time(NULL);
	snprintf(entry->last_error, sizeof(entry->last_error), "%s", reason);
	if (peer->agent->stopping)
		return;
	TAILQ_FOREACH (next, &peer->agent->peers, link)
		if (!next->dead && next->state == AGENT_PEER_DUPLICATE &&
		    next->process_id == peer->process_id) {
			take_entry(next);
			return;
		}
}
