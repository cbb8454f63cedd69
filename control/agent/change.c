/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A change in sppctl's words. See change.h.
 */
#include "agent/change.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "agent/log.h"
#include "agent/words.h"
#include "change/diff.h"
#include "change/reflect.h"
#include "change/wiring.h"
#include "json/load.h"

struct agent_change {
	json_t *request;
	char title[AGENT_TITLE_SIZE]; /**< "plug vhost0 00:11:22:33:44:55" */
	bool dry_run;
	json_t *notes, *lines, *commands; /**< once planned */
};

int
agent_change_create(const char *text, size_t size, struct agent_change **out, struct spp_error *err)
{
	struct agent_change *change = calloc(1, sizeof(*change));
	json_error_t where;

	if (change == NULL)
		return spp_error(err, ENOMEM, "spp_agent is out of memory");
	change->request = spp_json_load(text, size, 0, &where);
	if (change->request == NULL && spp_json_no_memory(&where)) {
		agent_change_destroy(change);
		return spp_error(err, ENOMEM, "spp_agent is out of memory");
	}
	if (agent_words_check(change->request, err) < 0) {
		agent_change_destroy(change);
		return -EINVAL;
	}
	change->dry_run = json_is_true(json_object_get(change->request, "dry_run"));
	change->notes = json_array();
	agent_words_title(change->request, change->title);
	*out = change;
	return 0;
}

void
agent_change_destroy(struct agent_change *change)
{
	if (change == NULL)
		return;
	json_decref(change->request);
	json_decref(change->notes);
	json_decref(change->lines);
	json_decref(change->commands);
	free(change);
}

bool
agent_change_is_dry(const struct agent_change *change)
{
	return change->dry_run;
}

const char *
agent_change_title(const struct agent_change *change)
{
	return change->title;
}

bool
agent_change_planned(const struct agent_change *change)
{
	return change->commands != NULL;
}

static int
plan(struct agent_change *change, const struct wiring *from, struct spp_error *err)
{
	struct wiring *to = wiring_copy(from);
	struct host host = {.nb = 1, .wirings = {to}};
	int ret;

	if (to == NULL)
		return spp_error(err, ENOMEM, "spp_agent is out of memory");
	agent_words_taken(change->request, &host);
	ret = agent_words_run(&host, 0, change->request, change->notes, err);
	if (ret == 0) {
		wiring_note_reflections(to, change->notes);
		change->lines = wiring_lines(from, to);
		change->commands = wiring_commands(from, to);
	}
	wiring_destroy(to);
	return ret;
}

static int
plan_of_status(struct agent_change *change, const char *reply, size_t size, struct spp_error *err)
{
	struct wiring *wiring = wiring_create();
	json_t *root = spp_json_load(reply, size, 0, NULL);
	int ret;

	if (wiring == NULL)
		ret = spp_error(err, ENOMEM, "spp_agent is out of memory");
	else
		ret = wiring_read(wiring, json_object_get(root, "info"), err);
	if (ret == 0 && wiring->staged && !change->dry_run)
		ret = spp_error(err, EBUSY,
				"something is staged there that waits for a flush, and a change "
				"would take it along (`sppctl send` a {\"command\":\"flush\"} or "
				"{\"command\":\"cancel\"} first)");
	if (ret == 0)
		ret = plan(change, wiring, err);
	wiring_destroy(wiring);
	json_decref(root);
	return ret;
}

int
agent_change_plan(struct agent_change *change, const char *reply, size_t size, char **message,
		  struct spp_error *err)
{
	json_t *body;
	int ret = plan_of_status(change, reply, size, err);

	*message = NULL;
	if (ret < 0 || change->dry_run || json_array_size(change->commands) == 0)
		return ret;
	json_array_append_new(change->commands, json_pack("{s:s}", "command", "flush"));
	body = json_pack("{s:O}", "commands", change->commands);
	*message = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	json_decref(body);
	return *message != NULL ? 0 : spp_error(err, ENOMEM, "spp_agent is out of memory");
}

char *
agent_change_result(const struct agent_change *change, const char *reply, size_t size)
{
	json_t *answer = reply != NULL ? spp_json_load(reply, size, 0, NULL) : json_null();
	json_t *root = json_pack("{s:s, s:{s:O, s:O, s:O, s:o}}", "result", "success", "reply",
				 "notes", change->notes, "changes", change->lines, "commands",
				 change->commands, "reply", answer);
	char *text = root != NULL ? json_dumps(root, JSON_COMPACT) : NULL;

	json_decref(root);
	return text;
}

/* "+ core 4   forward ring0 -> vhost0; ..." as far as a line has room. */
void
agent_change_log(const struct agent_change *change, const char *name, const char *who,
		 const char *result)
{
	char text[1024] = "";
	size_t used = 0, i;
	const json_t *line;

	json_array_foreach (change->lines, i, line) {
		if (used >= sizeof(text))
			break;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
					 i > 0 ? "; " : "", json_string_value(line));
	}
	agent_log(LOG_NOTICE, "%s: %s (asked by %s): %s%s%s", name, change->title, who, result,
		  text[0] != '\0' ? ": " : "", text);
}
