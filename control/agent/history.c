/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The last changes. See history.h.
 */
#include "agent/history.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "change/process.h"
#include "json/json_text.h"
#include "json/load.h"

void
agent_history_add(struct agent_history *history, const struct agent_past *past)
{
	if (past->what[0] == '\0')
		return;
	history->past[history->next] = *past;
	history->next = (history->next + 1) % AGENT_HISTORY_MAX;
	history->number++;
	if (history->nb < AGENT_HISTORY_MAX)
		history->nb++;
}

void
agent_history_outcome(struct agent_past *past, const char *reply, size_t size)
{
	json_int_t generation, us;
	json_t *root, *result;
	size_t i;

	if (past->what[0] == '\0')
		return;
	root = spp_json_load(reply, size, 0, NULL);
	json_array_foreach (json_object_get(root, "results"), i, result) {
		generation = json_integer_value(json_object_get(result, "generation"));
		if (generation <= 0)
			continue;
		us = json_integer_value(json_object_get(result, "commit_us"));
		past->generation = (uint64_t)generation;
		past->commit_us = us > 0 ? (uint64_t)us : 0;
		past->added = (unsigned int)json_integer_value(json_object_get(result, "added"));
		past->changed =
			(unsigned int)json_integer_value(json_object_get(result, "changed"));
		past->moved = (unsigned int)json_integer_value(json_object_get(result, "moved"));
		past->removed =
			(unsigned int)json_integer_value(json_object_get(result, "removed"));
	}
	json_decref(root);
}

/* What its flush did; NULL: it had none. */
static json_t *
encode_flush(const struct agent_past *past)
{
	if (past->generation == 0)
		return NULL;
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "generation",
			 (json_int_t)past->generation, "added", (json_int_t)past->added, "changed",
			 (json_int_t)past->changed, "moved", (json_int_t)past->moved, "removed",
			 (json_int_t)past->removed, "commit_us", (json_int_t)past->commit_us);
}

static json_t *
encode(const struct agent_past *past, uint64_t number)
{
	char name[SPP_PROCESS_NAME_SIZE], stamp[32];
	struct tm tm;

	gmtime_r(&past->when, &tm);
	strftime(stamp, sizeof(stamp), "%FT%TZ", &tm);
	return json_pack("{s:I, s:s, s:s, s:I, s:I, s:o, s:o, s:s, s:o, s:o*}", "number",
			 (json_int_t)number, "time", stamp, "to",
			 spp_process_name(past->process_id, name), "uid", (json_int_t)past->uid,
			 "pid", (json_int_t)past->pid, "what", spp_json_string(past->what),
			 "reason", spp_json_string(past->reason), "result", past->result, "detail",
			 spp_json_string(past->detail), "flush", encode_flush(past));
}

char *
agent_history_text(const struct agent_history *history, int process_id, uint64_t after)
{
	unsigned int first = (history->next + AGENT_HISTORY_MAX - history->nb) % AGENT_HISTORY_MAX;
	json_t *list = json_array(), *root;
	char *text;

	for (unsigned int i = 0; i < history->nb; i++) {
		const struct agent_past *past = &history->past[(first + i) % AGENT_HISTORY_MAX];
		uint64_t number = history->number - history->nb + i + 1;

		if (number > after &&
		    (process_id < 0 || (unsigned int)process_id == past->process_id))
			json_array_append_new(list, encode(past, number));
	}
	root = json_pack("{s:s, s:{s:I, s:o}}", "result", "success", "reply", "last",
			 (json_int_t)history->number, "history", list);
	text = root != NULL ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return text;
}

/* Commands that change something; whatever else a message holds is counted as "other". */
static const char *const words[] = {"component", "classifier_table",
				    "label",     "flush",
				    "cancel",    "clear",
				    "start",     "stop",
				    "exit",      "other"};
#define NB_WORDS (sizeof(words) / sizeof(words[0]))

static void
count(const json_t *command, unsigned int counts[NB_WORDS])
{
	const char *word = json_string_value(json_object_get(command, "command"));
	size_t i = 0;

	if (word != NULL && (strcmp(word, "process") == 0 || strcmp(word, "status") == 0))
		return;
	while (i + 1 < NB_WORDS && (word == NULL || strcmp(word, words[i]) != 0))
		i++;
	counts[i]++;
}

void
agent_history_describe(const char *message, size_t size, char what[AGENT_HISTORY_WHAT_SIZE])
{
	json_t *root = spp_json_load(message, size, 0, NULL);
	const json_t *command;
	unsigned int counts[NB_WORDS] = {0};
	size_t used = 0, i;

	json_array_foreach (json_object_get(root, "commands"), i, command)
		count(command, counts);
	json_decref(root);
	what[0] = '\0';
	for (i = 0; i < NB_WORDS && used < AGENT_HISTORY_WHAT_SIZE; i++) {
		if (counts[i] == 0)
			continue;
		used += (size_t)snprintf(what + used, AGENT_HISTORY_WHAT_SIZE - used, "%s %s",
					 used == 0 ? "send:" : ",", words[i]);
		if (counts[i] > 1 && used < AGENT_HISTORY_WHAT_SIZE)
			used += (size_t)snprintf(what + used, AGENT_HISTORY_WHAT_SIZE - used, " %u",
						 counts[i]);
	}
}
