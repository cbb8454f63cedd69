/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The JSON between sppctl and spp_agent. See request.h.
 */
#include "agent/request.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "change/process.h"
#include "spp/limits.h"
#include "json/json_text.h"
#include "json/load.h"

static int
parse_name(const char *name, unsigned int *process_id, struct spp_error *err)
{
	int id;

	if (name == NULL)
		return spp_error(err, EINVAL, "request without \"to\" (primary, vf1, vf2, ...)");
	id = spp_process_parse(name);
	if (id < 0)
		return spp_error(err, EINVAL, "%.64s: no such process (primary, or vf1 to vf%d)",
				 name, SPP_PROCESS_ID_MAX);
	*process_id = (unsigned int)id;
	return 0;
}

int
agent_request_parse(const char *text, size_t size, struct agent_request *out, struct spp_error *err)
{
	json_error_t where;
	json_t *root = spp_json_load(text, size, JSON_REJECT_DUPLICATES, &where);
	static const char *const words[] = {
		[AGENT_REQUEST_LS] = "ls",         [AGENT_REQUEST_STATUS] = "status",
		[AGENT_REQUEST_SEND] = "send",     [AGENT_REQUEST_HISTORY] = "history",
		[AGENT_REQUEST_CHANGE] = "change",
	};
	const char *what;
	json_int_t wait_ms, after;
	int ret = 0, found = -1;

	if (root == NULL && spp_json_no_memory(&where))
		return spp_error(err, ENOMEM, "spp_agent is out of memory");
	if (root == NULL)
		return spp_error(err, EINVAL, "request is not JSON: %s", where.text);
	what = json_string_value(json_object_get(root, "request"));
	memset(out, 0, sizeof(*out));
	if (what != NULL)
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strcmp(what, words[i]) == 0)
				found = (int)i;
	if (found >= 0)
		out->kind = (enum agent_request_kind)found;
	else
		ret = spp_error(err, EINVAL,
				"unknown request \"%.64s\" (ls, status, send, history, change)",
				what != NULL ? what : "");
	out->all = json_object_get(root, "to") == NULL;
	if (found >= 0 && out->kind != AGENT_REQUEST_LS &&
	    !(out->kind == AGENT_REQUEST_HISTORY && out->all))
		ret = parse_name(json_string_value(json_object_get(root, "to")), &out->process_id,
				 err);
	wait_ms = json_integer_value(json_object_get(root, "wait_ms"));
	if (wait_ms > 0 && wait_ms < UINT_MAX)
		out->wait_ms = (unsigned int)wait_ms;
	after = json_integer_value(json_object_get(root, "after"));
	out->after = after > 0 ? (uint64_t)after : 0;
	what = json_string_value(json_object_get(root, "reason"));
	snprintf(out->reason, sizeof(out->reason), "%s", what != NULL ? what : "");
	json_decref(root);
	return ret;
}

char *
agent_request_error(const char *code, const char *message)
{
	json_t *root = json_pack("{s:s, s:s, s:o}", "result", "error", "code", code, "message",
				 spp_json_string(message));
	char *text = root != NULL ? json_dumps(root, JSON_COMPACT) : NULL;

	json_decref(root);
	return text;
}
