/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Who is connected, as JSON. See list.h.
 */
#include "agent/list.h"

#include <jansson.h>
#include <time.h>

#include "agent/peer.h"
#include "change/process.h"
#include "json/json_text.h"

static void
time_text(time_t when, char *text, size_t size)
{
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(text, size, "%FT%TZ", &tm);
}

static json_t *
describe(unsigned int id, const char *type, const char *state, const char *address,
	 const char *listener, time_t since)
{
	char name[SPP_PROCESS_NAME_SIZE], stamp[32];

	spp_process_name(id, name);
	time_text(since, stamp, sizeof(stamp));
	return json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "name", name, "process", (int)id,
			 "type", type, "state", state, "peer", address, "listener", listener,
			 "since", stamp);
}

static void
list_entry(json_t *processes, unsigned int id, const struct agent_entry *entry)
{
	json_t *item = describe(id, entry->type, entry->peer != NULL ? "connected" : "lost",
				entry->address, entry->listener, entry->since);

	json_object_set_new(item, "requests", json_integer((json_int_t)entry->nb_requests));
	json_object_set_new(item, "waiting",
			    json_integer(entry->peer != NULL ? entry->peer->nb_waiting : 0));
	json_object_set_new(item, "last_error", spp_json_string(entry->last_error));
	json_array_append_new(processes, item);
}

char *
agent_list_text(const struct agent_registry *registry, const struct agent_listeners *listeners)
{
	json_t *processes = json_array(), *addresses = json_array(), *root;
	const struct agent_peer *peer;
	int unknown = 0;
	char *text;

	for (unsigned int id = 0; id <= SPP_PROCESS_ID_MAX; id++)
		if (registry->entries[id].known)
			list_entry(processes, id, &registry->entries[id]);
	TAILQ_FOREACH (peer, &registry->peers, link) {
		if (!peer->dead && peer->state == AGENT_PEER_ASKED)
			unknown++;
		else if (!peer->dead && peer->state == AGENT_PEER_DUPLICATE)
			json_array_append_new(processes,
					      describe(peer->process_id, peer->type, "duplicate",
						       peer->address, peer->listener, peer->since));
	}
	for (unsigned int i = 0; i < listeners->nb_peers; i++)
		json_array_append_new(addresses, json_string(listeners->peers[i].address));
	root = json_pack("{s:s, s:o, s:o, s:i}", "result", "success", "listeners", addresses,
			 "processes", processes, "unidentified", unknown);
	text = root != NULL ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return text;
}
