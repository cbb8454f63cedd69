/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What became of a change of several processes. See many_reply.h.
 */
#include "agent/many_reply.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "agent/log.h"
#include "json/json_text.h"

static bool
part_has(const struct agent_many *many, unsigned int part, enum agent_step_state state)
{
	for (unsigned int k = 0; k < many->plan.nb; k++)
		if (many->plan.steps[k].at == part && many->steps[k] == state)
			return true;
	return false;
}

static bool
any_has(const struct agent_many *many, enum agent_step_state state)
{
	for (unsigned int i = 0; i < many->nb; i++)
		if (part_has(many, i, state))
			return true;
	return false;
}

static bool
failed(const struct agent_many *many)
{
	return many->phase == AGENT_MANY_BACK || any_has(many, AGENT_STEP_REFUSED) ||
	       any_has(many, AGENT_STEP_UNKNOWN) || any_has(many, AGENT_STEP_LATE) ||
	       any_has(many, AGENT_STEP_BACK) || any_has(many, AGENT_STEP_KEPT);
}

/* The worst that happened to a step of the process says what became of it. */
static const char *
part_result(const struct agent_many *many, unsigned int part)
{
	static const struct {
		enum agent_step_state state;
		const char *word;
	} words[] = {
		{AGENT_STEP_KEPT, "not taken back"}, {AGENT_STEP_UNKNOWN, "unknown"},
		{AGENT_STEP_LATE, "no answer yet"},  {AGENT_STEP_BACK_SENT, "being taken back"},
		{AGENT_STEP_REFUSED, "refused"},     {AGENT_STEP_BACK, "taken back"},
	};

	if (json_array_size(many->parts[part].lines) == 0)
		return "nothing to do";
	if (many->dry_run)
		return "shown";
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (part_has(many, part, words[i].state))
			return words[i].word;
	if (!part_has(many, part, AGENT_STEP_DONE))
		return "not sent";
	return failed(many) ? "to be taken back" : "done";
}

static const char *
result(const struct agent_many *many)
{
	if (many->plan.nb == 0)
		return "nothing to do";
	if (many->dry_run)
		return "shown";
	if (!failed(many))
		return "done";
	if (any_has(many, AGENT_STEP_KEPT))
		return "not taken back";
	return any_has(many, AGENT_STEP_UNKNOWN) || any_has(many, AGENT_STEP_LATE) ||
			       any_has(many, AGENT_STEP_DONE) || any_has(many, AGENT_STEP_BACK_SENT)
		       ? "unknown"
		       : "taken back";
}

static json_t *
part_commands(const struct agent_many *many, unsigned int part)
{
	json_t *all = json_array();

	for (unsigned int k = 0; k < many->plan.nb; k++)
		if (many->plan.steps[k].at == part)
			json_array_extend(all, many->plan.steps[k].commands);
	return all;
}

char *
agent_many_reply(const struct agent_many *many)
{
	json_t *processes = json_array(), *root;
	char *text;

	for (unsigned int i = 0; i < many->nb; i++) {
		const struct agent_part *part = &many->parts[many->order[i]];

		json_array_append_new(
			processes, json_pack("{s:s, s:s, s:o, s:O, s:o}", "to", part->name,
					     "result", part_result(many, many->order[i]), "message",
					     spp_json_string(part->why), "changes", part->lines,
					     "commands", part_commands(many, many->order[i])));
	}
	root = json_pack("{s:s, s:{s:s, s:O, s:o}}", "result", "success", "reply", "result",
			 result(many), "notes", many->notes, "processes", processes);
	text = root != NULL ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return text;
}

static const char *
past_result(const char *word)
{
	static const char *const same[] = {"done", "refused", "taken back", "not taken back"};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (strcmp(word, same[i]) == 0)
			return same[i];
	return "unknown";
}

static void
remember(struct agent_many *many, unsigned int process_id, const char *word, const char *detail)
{
	if (many->dry_run)
		return;
	many->past.process_id = process_id;
	many->past.result = word;
	snprintf(many->past.what, sizeof(many->past.what), "%s", many->title);
	snprintf(many->past.detail, sizeof(many->past.detail), "%.255s", detail);
	agent_history_add(many->history, &many->past);
}

static void
log_part(const struct agent_part *part, const char *word)
{
	char text[1024] = "";
	size_t used = 0, i;
	const json_t *line;

	json_array_foreach (part->lines, i, line) {
		if (used >= sizeof(text))
			break;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
					 i > 0 ? "; " : "", json_string_value(line));
	}
	agent_log(LOG_NOTICE, "%s: %s (asked by %s): %s%s%s: %s", part->name, part->many->title,
		  part->job.who, word, part->why[0] != '\0' ? ": " : "", part->why, text);
}

void
agent_many_note(struct agent_many *many)
{
	for (unsigned int i = 0; i < many->nb; i++) {
		const struct agent_part *part = &many->parts[many->order[i]];
		const char *word = part_result(many, many->order[i]);
		char detail[AGENT_HISTORY_DETAIL_SIZE];

		if (many->dry_run || json_array_size(part->lines) == 0 ||
		    strcmp(word, "not sent") == 0)
			continue;
		log_part(part, word);
		snprintf(detail, sizeof(detail), "%s%s%.200s",
			 strcmp(word, "not taken back") == 0 ? word : "",
			 strcmp(word, "not taken back") == 0 && part->why[0] != '\0' ? ": " : "",
			 part->why);
		remember(many, part->process_id, past_result(word), detail);
	}
}

void
agent_many_note_refused(struct agent_many *many, const char *outcome, const char *why)
{
	const struct agent_part *first = &many->parts[0];

	agent_log(LOG_NOTICE, "%s: %s (asked by %s): %s: %s", first->name, many->title,
		  first->job.who, outcome, why);
	remember(many, first->process_id, outcome, why);
}
