/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One connection of an sppctl: one request, one reply, closed.
 *
 * A request is one JSON message, and for `send` a second one that goes to the process as it is.
 * The reply is one JSON object. Called by agent_loop.c and agent_peer.c.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent.h"

static const char status_body[] = "{\"commands\":[{\"command\":\"status\"}]}";
static const char reply_head[] = "{\"result\":\"success\",\"reply\":";
static const char reply_tail[] = "}\n";

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
	agent_peer_forget(client);
	client->state = AGENT_CLIENT_REPLY;
	client->deadline_ms = agent_now_ms() + AGENT_CLIENT_MS;
	client->reply = (struct agent_out){.data = text, .size = size};
	if (text == NULL)
		agent_client_close(client);
	else
		write_reply(client);
}

void
agent_client_answer(struct agent_client *client, const char *reply, size_t size)
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

void
agent_client_refuse(struct agent_client *client, const char *code, const char *fmt, ...)
{
	char message[SPP_ERROR_SIZE], *text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	text = agent_request_error(code, message);
	start_reply(client, text, text != NULL ? strlen(text) : 0);
}

static void
submit(struct agent_client *client, const char *body, size_t size)
{
	client->body = (struct agent_out){.data = malloc(size), .size = size};
	if (client->body.data == NULL) {
		agent_client_refuse(client, "unreachable", "spp_agent is out of memory");
		return;
	}
	memcpy(client->body.data, body, size);
	agent_peer_submit(client);
}

/* Who is at the other end, and why it asks, for the log. */
static void
note_who(struct agent_client *client, const char *reason)
{
	struct ucred cred = {0};
	socklen_t size = sizeof(cred);

	getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &cred, &size);
	snprintf(client->who, sizeof(client->who), "uid %u, pid %d%s%.200s", cred.uid,
		 (int)cred.pid, reason[0] != '\0' ? ", reason: " : "", reason);
}

static void
start_change(struct agent_client *client, const char *data, size_t length)
{
	struct spp_error err;

	if (client->process_id == 0) {
		agent_client_refuse(client, "invalid",
				    "primary: has no wiring (changes go to vf1, vf2 ...)");
		return;
	}
	if (agent_change_create(data, length, &client->change, &err) < 0) {
		agent_client_refuse(client, "invalid", "%s", err.text);
		return;
	}
	client->quiet = true;
	submit(client, status_body, sizeof(status_body) - 1);
}

static void
answer_change(struct agent_client *client, const char *name, const char *reply, size_t size,
	      const char *error)
{
	char *text = agent_change_result(client->change, reply, size);

	char result[SPP_ERROR_SIZE + 16] = "done";

	if (error != NULL)
		snprintf(result, sizeof(result), "refused: %s", error);
	if (reply != NULL)
		agent_change_log(client->change, name, client->who, result);
	start_reply(client, text, text != NULL ? strlen(text) : 0);
}

bool
agent_client_changed(struct agent_client *client, const char *reply, size_t size, const char *error)
{
	char name[AGENT_NAME_SIZE], result[SPP_ERROR_SIZE + 16], *message = NULL;
	struct spp_error err = {""};
	int ret = -EPROTO;

	agent_registry_name(client->process_id, name, sizeof(name));
	if (agent_change_planned(client->change)) {
		answer_change(client, name, reply, size, error);
		return false;
	}
	if (error != NULL)
		spp_error(&err, EPROTO, "no status: %.300s", error);
	else
		ret = agent_change_plan(client->change, reply, size, &message, &err);
	if (ret < 0) {
		snprintf(result, sizeof(result), "refused: %s", err.text);
		agent_change_log(client->change, name, client->who, result);
		agent_client_refuse(client,
				    ret == -EINVAL || ret == -ERANGE ? "invalid" : "refused", "%s",
				    err.text);
		return false;
	}
	if (message == NULL) { /* nothing to do, or only to be shown */
		answer_change(client, name, NULL, 0, NULL);
		return false;
	}
	client->quiet = false;
	client->body = (struct agent_out){.data = message, .size = strlen(message)};
	return true;
}

static void
take_header(struct agent_client *client, const char *data, size_t length)
{
	struct agent_request request;
	struct spp_error err;
	char *text;

	if (agent_request_parse(data, length, &request, &err) < 0) {
		agent_client_refuse(client, "invalid", "%s", err.text);
		return;
	}
	client->process_id = request.process_id;
	note_who(client, request.reason);
	switch (request.what) {
	case AGENT_REQUEST_LS:
		text = agent_request_list(client->agent);
		start_reply(client, text, text != NULL ? strlen(text) : 0);
		break;
	case AGENT_REQUEST_STATUS:
		client->quiet = true;
		submit(client, status_body, sizeof(status_body) - 1);
		break;
	case AGENT_REQUEST_SEND:
		client->state = AGENT_CLIENT_BODY;
		break;
	case AGENT_REQUEST_CHANGE:
		start_change(client, data, length);
		break;
	}
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
			agent_client_refuse(client, "invalid", "message refused: %.*s", (int)length,
					    data);
		else if (kind == SPP_FRAME_TEXT)
			agent_client_refuse(
				client, "invalid",
				"message refused: not a JSON object (it starts with {)");
		else if (client->state == AGENT_CLIENT_HEADER)
			take_header(client, data, length);
		else
			submit(client, data, length);
	}
}

void
agent_client_serve(struct agent_client *client, short revents)
{
	static char bytes[AGENT_READ_SIZE];
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

void
agent_client_expire(struct agent_client *client, uint64_t now_ms)
{
	char name[AGENT_NAME_SIZE];

	if (client->dead || now_ms < client->deadline_ms)
		return;
	if (client->state != AGENT_CLIENT_WAITING) {
		agent_client_close(client); /* does not send its request, or not take its reply */
		return;
	}
	agent_registry_name(client->process_id, name, sizeof(name));
	agent_client_refuse(client, "unreachable",
			    "%s: busy with other requests for %llu ms: not sent; try again later",
			    name, (unsigned long long)client->agent->reply_ms);
}

void
agent_client_close(struct agent_client *client)
{
	if (client->dead)
		return;
	agent_peer_forget(client);
	client->dead = true;
	close(client->fd);
}

void
agent_client_free(struct agent_client *client)
{
	agent_change_destroy(client->change);
	agent_out_reset(&client->body);
	agent_out_reset(&client->reply);
	spp_frame_fini(&client->frame);
	free(client);
}
