/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The JSON between spp_agent and sppctl, and what spp_agent reads of a process' reply.
 * Called by agent_client.c and agent_peer.c; knows nothing of sockets.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"

static int
parse_name(const char *name, unsigned int *process_id, struct spp_error *err)
{
	unsigned int id;
	int end = 0;

	if (name == NULL)
		return spp_error(err, EINVAL, "request without \"to\" (primary, vf1, vf2, ...)");
	if (strcmp(name, "primary") == 0) {
		*process_id = 0;
		return 0;
	}
	if (sscanf(name, "vf%3u%n", &id, &end) != 1 || name[end] != '\0' || id < 1 ||
	    id > SPP_PROCESS_ID_MAX)
		return spp_error(err, EINVAL, "%.64s: no such process (primary, or vf1 to vf%d)",
				 name, SPP_PROCESS_ID_MAX);
	*process_id = id;
	return 0;
}

int
agent_request_parse(const char *text, size_t size, struct agent_request *out, struct spp_error *err)
{
	json_error_t where;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
	static const char *const words[] = {
		[AGENT_REQUEST_LS] = "ls",
		[AGENT_REQUEST_STATUS] = "status",
		[AGENT_REQUEST_SEND] = "send",
		[AGENT_REQUEST_CHANGE] = "change",
	};
	const char *what;
	int ret = 0, found = -1;

	if (root == NULL)
		return spp_error(err, EINVAL, "request is not JSON: %s", where.text);
	what = json_string_value(json_object_get(root, "request"));
	memset(out, 0, sizeof(*out));
	if (what != NULL)
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strcmp(what, words[i]) == 0)
				found = (int)i;
	if (found >= 0)
		out->what = found;
	else
		ret = spp_error(err, EINVAL, "unknown request \"%.64s\" (ls, status, send, change)",
				what != NULL ? what : "");
	if (found >= 0 && out->what != AGENT_REQUEST_LS)
		ret = parse_name(json_string_value(json_object_get(root, "to")), &out->process_id,
				 err);
	what = json_string_value(json_object_get(root, "reason"));
	snprintf(out->reason, sizeof(out->reason), "%s", what != NULL ? what : "");
	json_decref(root);
	return ret;
}

int
agent_request_result(const char *reply, size_t size, struct spp_error *err)
{
	json_error_t where;
	json_t *root = json_loadb(reply, size, 0, &where), *results, *result;
	int ret = 0;
	size_t i;

	if (root == NULL)
		return spp_error(err, EINVAL, "%s", where.text);
	results = json_object_get(root, "results");
	if (json_array_size(results) == 0) {
		snprintf(err->text, sizeof(err->text), "the reply has no \"results\"");
		ret = 1;
	}
	json_array_foreach (results, i, result) {
		const char *text = json_string_value(json_object_get(result, "result"));
		const char *message = json_string_value(
			json_object_get(json_object_get(result, "error_details"), "message"));

		if (text != NULL && strcmp(text, "success") == 0)
			continue;
		ret = 1;
		if (message == NULL && text != NULL && strcmp(text, "invalid") == 0)
			continue; /* not carried out because another one is wrong */
		snprintf(err->text, sizeof(err->text), "command %zu: %s", i + 1,
			 message != NULL ? message : "error without a message");
		break;
	}
	json_decref(root);
	return ret;
}

/* What a process wrote may be cut in the middle of a character, which jansson refuses. */
static json_t *
text_value(const char *text)
{
	char plain[SPP_ERROR_SIZE];
	json_t *value = json_string(text);

	if (value != NULL)
		return value;
	snprintf(plain, sizeof(plain), "%s", text);
	for (char *c = plain; *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	return json_string(plain);
}

char *
agent_request_error(const char *code, const char *message)
{
	json_t *root = json_pack("{s:s, s:s, s:o}", "result", "error", "code", code, "message",
				 text_value(message));
	char *text = root != NULL ? json_dumps(root, JSON_COMPACT) : NULL;

	json_decref(root);
	return text;
}

static void
time_text(time_t when, char *text, size_t size)
{
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(text, size, "%FT%TZ", &tm);
}

static json_t *
describe(unsigned int id, const char *state, const char *address, const char *listener,
	 time_t since)
{
	char name[AGENT_NAME_SIZE], stamp[32];

	agent_registry_name(id, name, sizeof(name));
	time_text(since, stamp, sizeof(stamp));
	return json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "name", name, "process", (int)id,
			 "type", id == 0 ? "primary" : "vf", "state", state, "peer", address,
			 "listener", listener, "since", stamp);
}

static void
list_entry(json_t *processes, unsigned int id, const struct agent_entry *entry)
{
	json_t *item = describe(id, entry->peer != NULL ? "connected" : "lost", entry->address,
				entry->listener, entry->since);

	json_object_set_new(item, "requests", json_integer((json_int_t)entry->nb_requests));
	json_object_set_new(item, "waiting",
			    json_integer(entry->peer != NULL ? entry->peer->nb_waiting : 0));
	json_object_set_new(item, "last_error", text_value(entry->last_error));
	json_array_append_new(processes, item);
}

char *
agent_request_list(struct agent *agent)
{
	json_t *processes = json_array(), *listeners = json_array(), *root;
	const struct agent_peer *peer;
	int unknown = 0;
	char *text;

	for (unsigned int id = 0; id <= SPP_PROCESS_ID_MAX; id++)
		if (agent->entries[id].known)
			list_entry(processes, id, &agent->entries[id]);
	TAILQ_FOREACH (peer, &agent->peers, link) {
		if (!peer->dead && peer->state == AGENT_PEER_ASKED)
			unknown++;
		else if (!peer->dead && peer->state == AGENT_PEER_DUPLICATE)
			json_array_append_new(processes,
					      describe(peer->process_id, "duplicate", peer->address,
						       peer->listener, peer->since));
	}
	for (unsigned int i = 0; i < agent->nb_listeners; i++)
		json_array_append_new(listeners, json_string(agent->listeners[i].address));
	root = json_pack("{s:s, s:o, s:o, s:i}", "result", "success", "listeners", listeners,
			 "processes", processes, "unidentified", unknown);
	text = root != NULL ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return text;
}
