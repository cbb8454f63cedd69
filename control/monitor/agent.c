/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What spp_agent remembers. See agent.h.
 *
 * Its changes have numbers, from 1 at its start: another pid, or a last number below ours, is
 * another spp_agent, which is asked for all it has.
 */
#include "monitor/agent.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool
may_use(const char *path)
{
	return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

bool
monitor_agent_ask(struct monitor_agent *agent, const char *run_dir)
{
	static const char *const names[] = {"agent.look", "agent.sock"};
	char path[sizeof(agent->path)];

	snprintf(agent->request, sizeof(agent->request),
		 "{\"request\":\"history\",\"after\":%" PRIu64 "}", agent->after);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", run_dir, names[i]);
		memcpy(agent->path, path, sizeof(path));
		if (may_use(path))
			return true;
	}
	return false;
}

static const char *
string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value != NULL ? value : "";
}

static json_int_t
integer(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* "2026-11-30T21:12:38Z" in seconds; what is no time is now. */
static double
time_of(const json_t *change, double now)
{
	struct tm tm = {0};
	const char *end = strptime(string(change, "time"), "%Y-%m-%dT%H:%M:%SZ", &tm);

	return end != NULL && *end == '\0' ? (double)timegm(&tm) : now;
}

/* What a flush did: "; generation 2: added 4, changed 0, moved 0, removed 0, 420 us" */
static void
write_flush(const json_t *flush, char *out, size_t size)
{
	out[0] = '\0';
	if (json_is_object(flush))
		snprintf(out, size,
			 "; generation %" JSON_INTEGER_FORMAT ": added %" JSON_INTEGER_FORMAT
			 ", changed %" JSON_INTEGER_FORMAT ", moved %" JSON_INTEGER_FORMAT
			 ", removed %" JSON_INTEGER_FORMAT ", %" JSON_INTEGER_FORMAT " us",
			 integer(flush, "generation"), integer(flush, "added"),
			 integer(flush, "changed"), integer(flush, "moved"),
			 integer(flush, "removed"), integer(flush, "commit_us"));
}

static void
tell(struct monitor_model *model, const json_t *change)
{
	const char *result = string(change, "result"), *reason = string(change, "reason");
	const char *detail = string(change, "detail");
	bool done = strcmp(result, "done") == 0;
	char flush[128];

	write_flush(json_object_get(change, "flush"), flush, sizeof(flush));
	monitor_event_at(model, time_of(change, model->time), string(change, "to"),
			 done ? "change" : "change failed",
			 "%.100s, by uid %" JSON_INTEGER_FORMAT ", pid %" JSON_INTEGER_FORMAT
			 "%s%.80s%s%s%s%.90s%s",
			 string(change, "what"), integer(change, "uid"), integer(change, "pid"),
			 reason[0] != '\0' ? ", reason: " : "", reason, done ? "" : ": ",
			 done ? "" : result, detail[0] != '\0' ? ": " : "", detail, flush);
}

void
monitor_agent_take(struct monitor_model *model, struct monitor_agent *agent, const json_t *reply,
		   pid_t pid)
{
	const json_t *answer = json_object_get(reply, "reply"), *change;
	json_int_t last = integer(answer, "last");
	size_t i;

	if (!json_is_integer(json_object_get(answer, "last")) || last < 0)
		return;
	if (pid != agent->pid || (uint64_t)last < agent->after) {
		bool knew = agent->after > 0;

		agent->pid = pid;
		agent->after = 0;
		if (knew) /* what it was asked for was counted by another: the next time */
			return;
	}
	json_array_foreach (json_object_get(answer, "history"), i, change)
		tell(model, change);
	agent->after = (uint64_t)last;
}
