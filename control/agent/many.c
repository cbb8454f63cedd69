/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A change of several processes, from the first question to the end. See many.h.
 *
 * The calls of the processes' connections only note what they say; all that follows is done by
 * agent_many_run(), so that nothing is sent while a reply is being read.
 */
#include "agent/many.h"

#include <stdlib.h>
#include <string.h>

#include "agent/many_plan.h"
#include "agent/many_reply.h"
#include "agent/peer.h"
#include "agent/request.h"
#include "wire/clock.h"
#include "json/load.h"

/* A process that hangs must not keep the others from whoever else wants them. */
#define STATUS_MS 2000

static const char status_body[] = "{\"commands\":[{\"command\":\"status\"}]}";

/* -- the end ---------------------------------------------------------------------------------- */

static void
answer(struct agent_many *many, char *text)
{
	if (many->answer != NULL)
		many->answer(many->owner, text);
	else
		free(text);
	many->answer = NULL;
}

/* The processes are free for others. */
static void
let_go(struct agent_many *many)
{
	many->phase = AGENT_MANY_OVER;
	for (unsigned int i = 0; i < many->nb; i++) {
		agent_peer_abandon(&many->parts[i].job);
		agent_out_reset(&many->parts[i].job.body);
	}
}

static void
end(struct agent_many *many)
{
	char *text = many->answer != NULL ? agent_many_reply(many) : NULL;

	agent_many_note(many);
	let_go(many);
	answer(many, text);
}

/* Nothing was sent, and nothing will be. `code` as of agent_request_error(). */
static void
refuse(struct agent_many *many, const char *code, const char *why)
{
	agent_many_note_refused(many, strcmp(code, "unreachable") == 0 ? "unreachable" : "refused",
				why);
	let_go(many);
	answer(many, agent_request_error(code, why));
}

/* -- what the processes say ------------------------------------------------------------------- */

/* The step that a process is at; NULL: none. */
static enum agent_step_state *
step_of(struct agent_part *part)
{
	struct agent_many *many = part->many;

	for (unsigned int k = 0; k < many->plan.nb; k++)
		if (&many->parts[many->plan.steps[k].at] == part &&
		    (many->steps[k] == AGENT_STEP_SENT || many->steps[k] == AGENT_STEP_LATE ||
		     many->steps[k] == AGENT_STEP_BACK_SENT))
			return &many->steps[k];
	return NULL;
}

static enum agent_job_next
part_replied(void *owner, const char *reply, size_t size, const char *error)
{
	struct agent_part *part = owner;
	enum agent_step_state *step = step_of(part);
	struct spp_error err = {""};

	if (error != NULL)
		snprintf(part->why, sizeof(part->why), "%.400s", error);
	if (part->many->phase == AGENT_MANY_STATUS && error != NULL)
		snprintf(part->why, sizeof(part->why), "%s: no status: %.400s", part->name, error);
	else if (part->many->phase == AGENT_MANY_STATUS &&
		 agent_many_read(part, reply, size, &err) < 0)
		snprintf(part->why, sizeof(part->why), "%s", err.text);
	else if (step != NULL && *step == AGENT_STEP_BACK_SENT)
		*step = error != NULL ? AGENT_STEP_KEPT : AGENT_STEP_BACK;
	else if (step != NULL)
		*step = error != NULL ? AGENT_STEP_REFUSED : AGENT_STEP_DONE;
	return AGENT_JOB_HOLD;
}

static void
part_failed(void *owner, const char *why)
{
	struct agent_part *part = owner;
	enum agent_step_state *step = step_of(part);
	bool sent = part->job.body.data == NULL;

	part->lost = true;
	snprintf(part->why, sizeof(part->why), "%.400s", why);
	if (step == NULL)
		return;
	if (*step == AGENT_STEP_BACK_SENT)
		*step = AGENT_STEP_KEPT;
	else
		*step = sent ? AGENT_STEP_UNKNOWN : AGENT_STEP_REFUSED;
}

/* -- one thing after the other: true, something was done --------------------------------------- */

static bool
ask_status(struct agent_many *many, struct agent_part *part)
{
	struct spp_error err;
	char *body = strdup(status_body);

	many->kept_until_ms = many->nb_asked > 0 ? spp_clock_ms() + STATUS_MS : UINT64_MAX;
	part->job.body = (struct agent_out){.data = body, .size = sizeof(status_body) - 1};
	if (body == NULL)
		refuse(many, "unreachable", "spp_agent is out of memory");
	else if (agent_peer_submit(many->registry, part->process_id, &part->job, &err) < 0)
		refuse(many, "unreachable", err.text);
	return true;
}

static bool
make_plan(struct agent_many *many)
{
	struct spp_error err = {""};
	int ret = agent_many_plan(many, &err);

	if (ret < 0)
		refuse(many, ret == -EINVAL || ret == -ERANGE ? "invalid" : "refused", err.text);
	else if (many->dry_run || many->plan.nb == 0)
		end(many);
	else
		many->phase = AGENT_MANY_FORWARD;
	return true;
}

static bool
go_on_asking(struct agent_many *many, uint64_t now_ms)
{
	struct agent_part *part = &many->parts[many->order[many->nb_asked]];
	char why[128];

	for (unsigned int i = 0; i < many->nb; i++) {
		if (many->parts[i].why[0] == '\0')
			continue;
		refuse(many, many->parts[i].lost ? "unreachable" : "refused", many->parts[i].why);
		return true;
	}
	if (part->job.state == AGENT_JOB_HELD) {
		many->nb_asked++;
		return many->nb_asked < many->nb || make_plan(many);
	}
	if (part->job.state == AGENT_JOB_IDLE)
		return ask_status(many, part);
	if (now_ms < agent_many_deadline(many))
		return false;
	snprintf(why, sizeof(why), "%s: %s", part->name,
		 part->job.state == AGENT_JOB_SENT
			 ? "no status in time; nothing was changed"
			 : "busy with other requests: nothing was sent; try again later");
	refuse(many, "unreachable", why);
	return true;
}

static void
send_step(struct agent_many *many, unsigned int k, bool back)
{
	struct agent_part *part = &many->parts[many->plan.steps[k].at];
	char *text = agent_many_message(&many->plan.steps[k], back);

	if (text == NULL) {
		snprintf(part->why, sizeof(part->why), "spp_agent is out of memory");
		many->steps[k] = back ? AGENT_STEP_KEPT : AGENT_STEP_REFUSED;
		return;
	}
	part->job.body = (struct agent_out){.data = text, .size = strlen(text)};
	many->steps[k] = back ? AGENT_STEP_BACK_SENT : AGENT_STEP_SENT;
	agent_peer_resume(&part->job);
}

static uint64_t
forward_until(const struct agent_many *many)
{
	/* The last third is for taking back. */
	return many->wait_ms != 0 ? many->asked_ms + many->wait_ms / 3 * 2 : UINT64_MAX;
}

static bool
go_forward(struct agent_many *many, uint64_t now_ms)
{
	unsigned int k = many->next;
	struct agent_part *part;

	if (k == many->plan.nb) {
		end(many);
		return true;
	}
	part = &many->parts[many->plan.steps[k].at];
	switch (many->steps[k]) {
	case AGENT_STEP_TODO:
		if (part->lost) {
			many->steps[k] = AGENT_STEP_REFUSED;
		} else if (now_ms >= forward_until(many)) {
			snprintf(part->why, sizeof(part->why), "the time was over before");
			many->phase = AGENT_MANY_BACK;
		} else {
			send_step(many, k, false);
		}
		return true;
	case AGENT_STEP_SENT:
		if (now_ms < forward_until(many))
			return false;
		snprintf(part->why, sizeof(part->why), "no answer within %llu ms",
			 (unsigned long long)(now_ms - many->asked_ms));
		many->steps[k] = AGENT_STEP_LATE;
		return true;
	case AGENT_STEP_DONE:
		many->next++;
		return true;
	default:
		many->phase = AGENT_MANY_BACK;
		return true;
	}
}

/* The step to take back now: the last one that is done, of a process that waits for nothing. */
static int
next_back(struct agent_many *many)
{
	for (unsigned int k = many->plan.nb; k-- > 0;) {
		struct agent_part *part = &many->parts[many->plan.steps[k].at];

		if (many->steps[k] == AGENT_STEP_DONE && step_of(part) == NULL)
			return (int)k;
	}
	return -1;
}

static bool
has_step(const struct agent_many *many, enum agent_step_state state)
{
	for (unsigned int k = 0; k < many->plan.nb; k++)
		if (many->steps[k] == state)
			return true;
	return false;
}

/* All that is left is a late answer: the others need not wait for it. */
static void
release_rest(struct agent_many *many)
{
	for (unsigned int i = 0; i < many->nb; i++)
		if (step_of(&many->parts[i]) == NULL)
			agent_peer_abandon(&many->parts[i].job);
}

static bool
go_back(struct agent_many *many, uint64_t now_ms)
{
	int k = has_step(many, AGENT_STEP_BACK_SENT) ? -1 : next_back(many);
	bool waits = has_step(many, AGENT_STEP_BACK_SENT);

	if (k >= 0 && many->parts[many->plan.steps[k].at].lost) {
		many->steps[k] = AGENT_STEP_KEPT;
		return true;
	}
	if (k >= 0) {
		send_step(many, (unsigned int)k, true);
		return true;
	}
	if (!waits && !has_step(many, AGENT_STEP_LATE)) {
		end(many);
		return true;
	}
	if (!waits)
		release_rest(many);
	/* What there is to know now; the rest is for log and history. */
	if (many->answer != NULL && (!waits || now_ms >= agent_many_deadline(many)))
		answer(many, agent_many_reply(many));
	return false;
}

void
agent_many_run(struct agent_many *many, uint64_t now_ms)
{
	bool more = true;

	while (more) {
		switch (many->phase) {
		case AGENT_MANY_STATUS:
			more = go_on_asking(many, now_ms);
			break;
		case AGENT_MANY_FORWARD:
			more = go_forward(many, now_ms);
			break;
		case AGENT_MANY_BACK:
			more = go_back(many, now_ms);
			break;
		case AGENT_MANY_OVER:
			more = false;
			break;
		}
	}
}

uint64_t
agent_many_deadline(const struct agent_many *many)
{
	uint64_t answer_by = many->wait_ms != 0 && many->answer != NULL
				     ? many->asked_ms + many->wait_ms
				     : UINT64_MAX;
	const struct agent_job *job;

	switch (many->phase) {
	case AGENT_MANY_STATUS:
		job = &many->parts[many->order[many->nb_asked]].job;
		if (many->kept_until_ms < answer_by)
			answer_by = many->kept_until_ms;
		return job->state == AGENT_JOB_WAITING && job->deadline_ms < answer_by
			       ? job->deadline_ms
			       : answer_by;
	case AGENT_MANY_FORWARD:
		return forward_until(many);
	case AGENT_MANY_BACK:
		return answer_by;
	default:
		return UINT64_MAX;
	}
}

void
agent_many_leave(struct agent_many *many)
{
	many->answer = NULL;
	if (many->phase == AGENT_MANY_STATUS)
		let_go(many);
}

/* -- the begin -------------------------------------------------------------------------------- */

static int
add_part(struct agent_many *many, const json_t *name, const char *who, struct spp_error *err)
{
	const char *text = json_string_value(name);
	int id = text != NULL ? spp_process_parse(text) : -1;
	struct agent_part *part = &many->parts[many->nb];
	unsigned int at = many->nb;

	if (id <= 0)
		return spp_error(err, EINVAL, "%.64s: not a spp_vf (vf1, vf2 ...)",
				 text != NULL ? text : "\"with\"");
	for (unsigned int i = 0; i < many->nb; i++)
		if (many->parts[i].process_id == (unsigned int)id)
			return 0;
	if (many->nb == SPP_VF_MAX)
		return spp_error(err, EINVAL, "\"with\": more than %d spp_vf", SPP_VF_MAX);
	many->nb++;
	part->many = many;
	part->process_id = (unsigned int)id;
	spp_process_name(part->process_id, part->name);
	part->job.quiet = part->job.own_log = true;
	part->job.replied = part_replied;
	part->job.failed = part_failed;
	part->job.owner = part;
	snprintf(part->job.who, sizeof(part->job.who), "%s", who);
	for (; at > 0 && many->parts[many->order[at - 1]].process_id > part->process_id; at--)
		many->order[at] = many->order[at - 1];
	many->order[at] = many->nb - 1;
	return 0;
}

static int
read_request(struct agent_many *many, const char *who, struct spp_error *err)
{
	const json_t *with = json_object_get(many->request, "with"), *name;
	const char *other = json_string_value(json_object_get(many->request, "other_to"));
	int ret = agent_words_check(many->request, err);
	size_t i;

	if (ret == 0)
		ret = add_part(many, json_object_get(many->request, "to"), who, err);
	json_array_foreach (with, i, name)
		if (ret == 0)
			ret = add_part(many, name, who, err);
	for (i = 0; other != NULL && ret == 0 && i < many->nb; i++)
		if (strcmp(many->parts[i].name, other) == 0)
			many->other = (unsigned int)i;
	if (ret == 0 && other != NULL && strcmp(many->parts[many->other].name, other) != 0)
		ret = spp_error(err, EINVAL, "\"other_to\": %.64s is not in \"with\"", other);
	return ret;
}

bool
agent_many_is(const char *text, size_t size)
{
	json_t *request = spp_json_load(text, size, 0, NULL);
	bool is = json_is_array(json_object_get(request, "with"));

	json_decref(request);
	return is;
}

static void
destroy(struct agent_many *many)
{
	for (unsigned int i = 0; i < many->nb; i++) {
		wiring_destroy(many->parts[i].now);
		json_decref(many->parts[i].lines);
	}
	host_steps_free(&many->plan);
	json_decref(many->request);
	json_decref(many->notes);
	free(many);
}

int
agent_many_start(struct agent *agent, const char *text, size_t size, const struct agent_past *past,
		 const char *who, uint64_t wait_ms, void (*answer_fn)(void *owner, char *text),
		 void *owner, struct agent_many **out, struct spp_error *err)
{
	struct agent_many *many = calloc(1, sizeof(*many));
	int ret = 0;

	if (many == NULL)
		return spp_error(err, ENOMEM, "spp_agent is out of memory");
	many->registry = &agent->registry;
	many->history = &agent->history;
	many->request = spp_json_load(text, size, 0, NULL);
	many->notes = json_array();
	many->past = *past;
	many->asked_ms = spp_clock_ms();
	many->kept_until_ms = UINT64_MAX;
	many->wait_ms = wait_ms;
	many->answer = answer_fn;
	many->owner = owner;
	if (many->request == NULL || many->notes == NULL)
		ret = spp_error(err, ENOMEM, "spp_agent is out of memory");
	else
		ret = read_request(many, who, err);
	if (ret < 0) {
		destroy(many);
		return ret;
	}
	many->dry_run = json_is_true(json_object_get(many->request, "dry_run"));
	agent_words_title(many->request, many->title);
	TAILQ_INSERT_TAIL(&agent->manys, many, link);
	*out = many;
	return 0;
}

bool
agent_many_sweep(struct agent *agent, struct agent_many *many)
{
	if (many->phase != AGENT_MANY_OVER)
		return false;
	TAILQ_REMOVE(&agent->manys, many, link);
	destroy(many);
	return true;
}
