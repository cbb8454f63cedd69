/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Connections of sppctl. See client.h.
 */
#include "agent/client.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "agent/change.h"
#include "agent/list.h"
#include "agent/many.h"
#include "agent/peer.h"
#include "agent/request.h"
#include "change/process.h"
#include "spp/limits.h"
#include "wire/clock.h"

/** Milliseconds an sppctl may take to send its request, and to take its reply. */
#define CLIENT_MS 10000
/** Bytes taken from one connection before it is the next one's turn. */
#define READ_SIZE (256u * 1024)
/** How deep a message may nest. */
#define DEPTH_MAX 64

static const char status_body[] = "{\"commands\":[{\"command\":\"status\"}]}";
static const char reply_head[] = "{\"result\":\"success\",\"reply\":";
static const char reply_tail[] = "}\n";

static enum agent_job_next job_replied(void *owner, const char *reply, size_t size,
				       const char *error);
static void job_failed(void *owner, const char *why);

void
agent_client_create(struct agent *agent, int fd, bool looks)
{
	struct agent_client *client = calloc(1, sizeof(*client));

	if (client == NULL) {
		close(fd);
		return;
	}
	client->agent = agent;
	client->fd = fd;
	client->looks = looks;
	client->deadline_ms = spp_clock_ms() + CLIENT_MS;
	client->job.replied = job_replied;
	client->job.failed = job_failed;
	client->job.owner = client;
	spp_frame_init(&client->frame, looks ? SPP_LOOK_SIZE_MAX : SPP_REQUEST_SIZE_MAX,
		       looks ? SPP_LOOK_DEPTH_MAX : DEPTH_MAX);
	TAILQ_INSERT_TAIL(&agent->clients, client, link);
	agent->nb_clients[looks]++;
}

/* -- the reply -------------------------------------------------------------------------------- */

static void
write_reply(struct agent_client *client)
{
	int ret = agent_out_flush(&client->reply, client->fd);

	if (ret != -EAGAIN)
		agent_client_close(client); /* all out, or nobody there any more */
}

/* Takes over `text` (malloc'ed). */
static void
start_reply(struct agent_client *client, char *text, size_t size)
{
	agent_peer_abandon(&client->job);
	client->state = AGENT_CLIENT_REPLY;
	client->deadline_ms = spp_clock_ms() + CLIENT_MS;
	client->reply = (struct agent_out){.data = text, .size = size};
	if (text == NULL)
		agent_client_close(client);
	else
		write_reply(client);
}

/* A process' reply (one JSON value) as it is. */
static void
pass_reply(struct agent_client *client, const char *reply, size_t size)
{
	size_t head = sizeof(reply_head) - 1, tail = sizeof(reply_tail) - 1;
	char *text = malloc(head + size + tail);

	if (text != NULL) {
		memcpy(text, reply_head, head);
		memcpy(text + head, reply, size);
		memcpy(text + head + size, reply_tail, tail);
	}
	start_reply(client, text, head + size + tail);
}

/* The outcome of what it asked, once. Whoever only looks has nothing to remember. */
static void
remember(struct agent_client *client, const char *result, const char *detail)
{
	client->past.result = result;
	client->past.process_id = client->process_id;
	snprintf(client->past.detail, sizeof(client->past.detail), "%.255s", detail);
	agent_history_add(&client->agent->history, &client->past);
	client->past.what[0] = '\0';
}

/* Answer with an error; for `code` see agent_request_error(). */
__attribute__((format(printf, 3, 4))) static void
refuse(struct agent_client *client, const char *code, const char *fmt, ...)
{
	char message[SPP_ERROR_SIZE], *text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	remember(client, strcmp(code, "unreachable") == 0 ? "unreachable" : "refused", message);
	text = agent_request_error(code, message);
	start_reply(client, text, text != NULL ? strlen(text) : 0);
}

/* -- the request ------------------------------------------------------------------------------ */

static void
submit(struct agent_client *client, const char *body, size_t size)
{
	struct agent_job *job = &client->job;
	struct spp_error err;

	job->body = (struct agent_out){.data = malloc(size), .size = size};
	if (job->body.data == NULL) {
		refuse(client, "unreachable", "spp_agent is out of memory");
		return;
	}
	memcpy(job->body.data, body, size);
	client->state = AGENT_CLIENT_ASKING;
	if (agent_peer_submit(&client->agent->registry, client->process_id, job, &err) < 0)
		refuse(client, "unreachable", "%s", err.text);
}

/* Who is at the other end, and why it asks, for log and history. */
static void
note_who(struct agent_client *client, const char *reason)
{
	struct ucred cred = {0};
	socklen_t size = sizeof(cred);

	getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &cred, &size);
	client->past.when = time(NULL);
	client->past.uid = cred.uid;
	client->past.pid = cred.pid;
	snprintf(client->past.reason, sizeof(client->past.reason), "%.127s", reason);
	snprintf(client->job.who, sizeof(client->job.who), "uid %u, pid %d%s%.200s", cred.uid,
		 (int)cred.pid, reason[0] != '\0' ? ", reason: " : "", reason);
}

/* The answer to a change of several processes; it has noted itself what became of it. */
static void
many_answered(void *owner, char *text)
{
	struct agent_client *client = owner;

	client->many = NULL;
	start_reply(client, text, text != NULL ? strlen(text) : 0);
}

static void
start_many(struct agent_client *client, const char *data, size_t length)
{
	struct spp_error err;

	client->state = AGENT_CLIENT_ASKING;
	if (agent_many_start(client->agent, data, length, &client->past, client->job.who,
			     client->wait_ms, many_answered, client, &client->many, &err) < 0)
		refuse(client, "invalid", "%s", err.text);
}

static void
start_change(struct agent_client *client, const char *data, size_t length)
{
	struct spp_error err;

	if (agent_many_is(data, length)) {
		start_many(client, data, length);
		return;
	}
	if (client->process_id == 0) {
		refuse(client, "invalid", "primary: has no wiring (changes go to vf1, vf2 ...)");
		return;
	}
	if (agent_change_create(data, length, &client->change, &err) < 0) {
		refuse(client, "invalid", "%s", err.text);
		return;
	}
	if (!agent_change_is_dry(client->change))
		snprintf(client->past.what, sizeof(client->past.what), "%s",
			 agent_change_title(client->change));
	client->job.quiet = true;
	client->job.own_log = true;
	submit(client, status_body, sizeof(status_body) - 1);
}

static void
take_header(struct agent_client *client, const char *data, size_t length)
{
	struct agent *agent = client->agent;
	struct agent_request request;
	struct spp_error err;
	char *text;

	if (agent_request_parse(data, length, &request, &err) < 0) {
		refuse(client, "invalid", "%s", err.text);
		return;
	}
	if (client->looks && request.kind != AGENT_REQUEST_LS &&
	    request.kind != AGENT_REQUEST_HISTORY) {
		refuse(client, "invalid",
		       "this socket takes ls and history (the rest goes to the one that ends in "
		       ".sock, for root and SPP_ADMIN_GROUP)");
		return;
	}
	client->process_id = request.process_id;
	client->wait_ms = request.wait_ms;
	client->asked_ms = spp_clock_ms();
	note_who(client, request.reason);
	switch (request.kind) {
	case AGENT_REQUEST_LS:
		text = agent_list_text(&agent->registry, &agent->listeners);
		start_reply(client, text, text != NULL ? strlen(text) : 0);
		break;
	case AGENT_REQUEST_STATUS:
		client->job.quiet = true;
		submit(client, status_body, sizeof(status_body) - 1);
		break;
	case AGENT_REQUEST_SEND:
		client->state = AGENT_CLIENT_BODY;
		break;
	case AGENT_REQUEST_HISTORY:
		text = agent_history_text(
			&agent->history, request.all ? -1 : (int)request.process_id, request.after);
		start_reply(client, text, text != NULL ? strlen(text) : 0);
		break;
	case AGENT_REQUEST_CHANGE:
		start_change(client, data, length);
		break;
	}
}

static void
send_message(struct agent_client *client, const char *data, size_t length)
{
	agent_history_describe(data, length, client->past.what);
	submit(client, data, length);
}

static void
take_bytes(struct agent_client *client, const char *bytes, size_t size)
{
	enum spp_frame_kind kind;
	const char *data;
	size_t length;

	if (spp_frame_push(&client->frame, bytes, size) < 0) {
		agent_client_close(client);
		return;
	}
	while (!client->dead &&
	       (client->state == AGENT_CLIENT_HEADER || client->state == AGENT_CLIENT_BODY)) {
		kind = spp_frame_next(&client->frame, &data, &length);
		if (kind == SPP_FRAME_NONE)
			return;
		if (kind == SPP_FRAME_BAD)
			refuse(client, "invalid", "message refused: %.*s", (int)length, data);
		else if (kind == SPP_FRAME_TEXT)
			refuse(client, "invalid",
			       "message refused: not a JSON object (it starts with {)");
		else if (client->state == AGENT_CLIENT_HEADER)
			take_header(client, data, length);
		else
			send_message(client, data, length);
	}
}

/* -- what becomes of it ----------------------------------------------------------------------- */

/* The result of a change; reply NULL: nothing was sent. */
static void
answer_change(struct agent_client *client, const char *name, const char *reply, size_t size,
	      const char *error)
{
	char *text = agent_change_result(client->change, reply, size);
	char result[SPP_ERROR_SIZE + 16] = "done";

	if (error != NULL)
		snprintf(result, sizeof(result), "refused: %s", error);
	if (reply != NULL) {
		agent_change_log(client->change, name, client->job.who, result);
		agent_history_outcome(&client->past, reply, size);
		remember(client, error != NULL ? "refused" : "done", error != NULL ? error : "");
	}
	start_reply(client, text, text != NULL ? strlen(text) : 0);
}

/* A change got the reply to its status, or to its message. */
static enum agent_job_next
change_replied(struct agent_client *client, const char *reply, size_t size, const char *error)
{
	char name[SPP_PROCESS_NAME_SIZE], result[SPP_ERROR_SIZE + 16], *message = NULL;
	struct spp_error err = {""};
	int ret = -EPROTO;

	spp_process_name(client->process_id, name);
	if (agent_change_planned(client->change)) {
		answer_change(client, name, reply, size, error);
		return AGENT_JOB_DONE;
	}
	if (error != NULL)
		spp_error(&err, EPROTO, "no status: %.300s", error);
	else
		ret = agent_change_plan(client->change, reply, size, &message, &err);
	if (ret < 0) {
		snprintf(result, sizeof(result), "refused: %s", err.text);
		agent_change_log(client->change, name, client->job.who, result);
		refuse(client, ret == -EINVAL || ret == -ERANGE ? "invalid" : "refused", "%s",
		       err.text);
		return AGENT_JOB_DONE;
	}
	if (message == NULL) { /* nothing to do, or only to be shown */
		answer_change(client, name, NULL, 0, NULL);
		return AGENT_JOB_DONE;
	}
	client->job.quiet = false;
	client->job.body = (struct agent_out){.data = message, .size = strlen(message)};
	return AGENT_JOB_MORE;
}

static enum agent_job_next
job_replied(void *owner, const char *reply, size_t size, const char *error)
{
	struct agent_client *client = owner;

	if (client->change != NULL)
		return change_replied(client, reply, size, error);
	agent_history_outcome(&client->past, reply, size);
	remember(client, error != NULL ? "refused" : "done", error != NULL ? error : "");
	pass_reply(client, reply, size);
	return AGENT_JOB_DONE;
}

static void
job_failed(void *owner, const char *why)
{
	refuse(owner, "unreachable", "%s", why);
}

/* -- called by the loop ----------------------------------------------------------------------- */

short
agent_client_events(const struct agent_client *client)
{
	switch (client->state) {
	case AGENT_CLIENT_REPLY:
		return POLLOUT;
	case AGENT_CLIENT_ASKING:
		return 0; /* only its going away is of interest: POLLHUP is always reported */
	default:
		return POLLIN;
	}
}

uint64_t
agent_client_deadline(const struct agent_client *client)
{
	uint64_t waits_ms = client->wait_ms != 0 ? client->asked_ms + client->wait_ms : UINT64_MAX;

	if (client->state != AGENT_CLIENT_ASKING)
		return client->deadline_ms;
	if (client->many != NULL)
		return UINT64_MAX; /* it answers in time */
	/* Once it is sent, the deadline of the process counts. */
	return client->job.state == AGENT_JOB_WAITING && client->job.deadline_ms < waits_ms
		       ? client->job.deadline_ms
		       : waits_ms;
}

void
agent_client_serve(struct agent_client *client, short revents)
{
	static char bytes[READ_SIZE];
	ssize_t n;

	if (client->dead)
		return;
	if (revents & (POLLHUP | POLLERR) && !(revents & POLLIN)) {
		agent_client_close(client);
		return;
	}
	if (client->state == AGENT_CLIENT_REPLY) {
		write_reply(client);
		return;
	}
	if (!(revents & POLLIN))
		return;
	n = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n > 0)
		take_bytes(client, bytes, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		agent_client_close(client); /* gone before its request was whole */
}

/* A message that changes something is with the process. */
static bool
is_changing(const struct agent_client *client)
{
	return client->job.state == AGENT_JOB_SENT &&
	       (client->change != NULL ? agent_change_planned(client->change) : !client->job.quiet);
}

void
agent_client_expire(struct agent_client *client, uint64_t now_ms)
{
	bool sent = client->job.state == AGENT_JOB_SENT, changes = is_changing(client);
	char name[SPP_PROCESS_NAME_SIZE], why[128];

	if (client->dead || now_ms < agent_client_deadline(client))
		return;
	if (client->state != AGENT_CLIENT_ASKING) {
		agent_client_close(client); /* does not send its request, or not take its reply */
		return;
	}
	spp_process_name(client->process_id, name);
	/* spp_agent itself goes on waiting: the process may still be at it. */
	snprintf(why, sizeof(why),
		 sent ? "no reply within %llu ms%s"
		      : "busy with other requests for %llu ms: not sent; try again later%s",
		 (unsigned long long)(now_ms - client->asked_ms),
		 changes ? "; what it made of the request is not known" : "");
	if (client->change != NULL && changes)
		agent_change_log(client->change, name, client->job.who, why);
	refuse(client, "unreachable", "%s: %s", name, why);
}

void
agent_client_close(struct agent_client *client)
{
	if (client->dead)
		return;
	if (is_changing(client))
		remember(client, "unknown", "whoever asked went away before the answer");
	if (client->many != NULL)
		agent_many_leave(client->many);
	client->many = NULL;
	agent_peer_abandon(&client->job);
	client->dead = true;
	close(client->fd);
}

void
agent_client_free(struct agent_client *client)
{
	TAILQ_REMOVE(&client->agent->clients, client, link);
	client->agent->nb_clients[client->looks]--;
	agent_change_destroy(client->change);
	agent_out_reset(&client->job.body);
	agent_out_reset(&client->reply);
	spp_frame_fini(&client->frame);
	free(client);
}
