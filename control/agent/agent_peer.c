/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One connection of spp_primary or spp_vf: asks it who it is, then hands it one request at a
 * time and takes one reply for each. Anything else it says, or a reply that is late or no JSON,
 * ends the connection: the process connects again, and both sides start clean.
 * Called by agent_loop.c and agent_client.c; knows nothing of what sppctl speaks.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "agent.h"

static const char who_are_you[] = "{\"commands\":[{\"command\":\"process\"}]}";

/* Hand the request to the connection; takes over the memory of `request`. */
static void
send_request(struct agent_peer *peer, struct agent_out request, uint64_t timeout_ms)
{
	int ret;

	peer->busy = true;
	/* Whoever calls itself a process gets no more room for its name than a stranger. */
	peer->frame.size_max = peer->own ? AGENT_STRANGER_SIZE_MAX : AGENT_REPLY_SIZE_MAX;
	peer->request = request;
	peer->request_size = request.size;
	peer->started_ms = agent_now_ms();
	peer->deadline_ms = peer->started_ms + timeout_ms;
	ret = agent_out_flush(&peer->request, peer->fd);
	if (ret < 0 && ret != -EAGAIN)
		agent_peer_close(peer, "cannot send: %s", strerror(-ret));
}

static void
ask_who(struct agent_peer *peer, uint64_t timeout_ms)
{
	struct agent_out request = {.data = strdup(who_are_you), .size = sizeof(who_are_you) - 1};

	peer->own = true;
	if (request.data == NULL)
		agent_peer_close(peer, "out of memory");
	else
		send_request(peer, request, timeout_ms);
}

void
agent_peer_ask(struct agent_peer *peer)
{
	ask_who(peer, peer->agent->reply_ms);
}

void
agent_peer_probe(struct agent_peer *peer)
{
	if (!peer->dead && !peer->busy)
		ask_who(peer, AGENT_PROBE_MS);
}

/* The next client in the queue, if the connection is free. */
static void
serve_next(struct agent_peer *peer)
{
	struct agent_client *client = TAILQ_FIRST(&peer->waiting);
	struct agent_out body;

	if (peer->dead || peer->busy || client == NULL)
		return;
	TAILQ_REMOVE(&peer->waiting, client, queue);
	peer->nb_waiting--;
	client->state = AGENT_CLIENT_CURRENT;
	client->deadline_ms = UINT64_MAX; /* the peer's counts */
	peer->current = client;
	peer->own = false;
	peer->quiet = client->quiet;
	snprintf(peer->who, sizeof(peer->who), "%s", client->who);
	peer->agent->entries[peer->process_id].nb_requests++;
	body = client->body;
	memset(&client->body, 0, sizeof(client->body));
	send_request(peer, body, peer->agent->reply_ms);
}

void
agent_peer_submit(struct agent_client *client)
{
	struct agent_peer *peer = client->agent->entries[client->process_id].peer;
	char name[AGENT_NAME_SIZE];

	agent_registry_name(client->process_id, name, sizeof(name));
	if (peer == NULL) {
		agent_client_refuse(client, "unreachable",
				    "%s: not connected; `sppctl ls` shows who is", name);
		return;
	}
	if (peer->nb_waiting == AGENT_WAITING_MAX) {
		agent_client_refuse(client, "unreachable",
				    "%s: %d requests are waiting for it already; try again later",
				    name, AGENT_WAITING_MAX);
		return;
	}
	client->state = AGENT_CLIENT_WAITING;
	client->deadline_ms = agent_now_ms() + peer->agent->reply_ms;
	client->peer = peer;
	TAILQ_INSERT_TAIL(&peer->waiting, client, queue);
	peer->nb_waiting++;
	serve_next(peer);
}

void
agent_peer_forget(struct agent_client *client)
{
	struct agent_peer *peer = client->peer;

	if (client->state == AGENT_CLIENT_WAITING) {
		TAILQ_REMOVE(&peer->waiting, client, queue);
		peer->nb_waiting--;
	} else if (client->state == AGENT_CLIENT_CURRENT) {
		peer->current = NULL;
	}
	client->peer = NULL;
}

static void
take_identity(struct agent_peer *peer, const char *reply, size_t size)
{
	struct spp_error err;
	unsigned int id;

	if (agent_registry_identify(reply, size, &id, &err) < 0) {
		agent_peer_close(peer, "%s", err.text);
	} else if (peer->state == AGENT_PEER_ASKED) {
		peer->process_id = id;
		agent_registry_enter(peer);
	} else if (id != peer->process_id) {
		agent_peer_close(peer, "now says it is process %u", id);
	}
}

/* Before anything else that waits: nothing may change between the status and this message. */
static void
submit_first(struct agent_peer *peer, struct agent_client *client)
{
	client->state = AGENT_CLIENT_WAITING;
	client->deadline_ms = agent_now_ms() + peer->agent->reply_ms;
	client->peer = peer;
	TAILQ_INSERT_HEAD(&peer->waiting, client, queue);
	peer->nb_waiting++;
}

static void
log_reply(const struct agent_peer *peer, const char *name, int ret, const struct spp_error *err)
{
	unsigned long long took_ms = agent_now_ms() - peer->started_ms;

	if (ret > 0)
		agent_log(LOG_WARNING,
			  "%s: request of %zu bytes (asked by %s): error after %llu ms: %s", name,
			  peer->request_size, peer->who, took_ms, err->text);
	else if (!peer->quiet)
		agent_log(LOG_NOTICE,
			  "%s: request of %zu bytes (asked by %s): success after %llu ms", name,
			  peer->request_size, peer->who, took_ms);
}

static void
take_reply(struct agent_peer *peer, struct agent_client *client, const char *reply, size_t size)
{
	struct agent_entry *entry = &peer->agent->entries[peer->process_id];
	char name[AGENT_NAME_SIZE];
	struct spp_error err = {""};
	int ret = agent_request_result(reply, size, &err);

	agent_registry_name(peer->process_id, name, sizeof(name));
	if (ret < 0) {
		peer->current = client; /* agent_peer_close() tells it */
		agent_peer_close(peer, "answered with something that is not JSON: %s", err.text);
		return;
	}
	if (ret > 0)
		snprintf(entry->last_error, sizeof(entry->last_error), "%s", err.text);
	if (client == NULL || client->change == NULL)
		log_reply(peer, name, ret, &err);
	if (client == NULL)
		return;
	if (client->change == NULL)
		agent_client_answer(client, reply, size);
	else if (agent_client_changed(client, reply, size, ret > 0 ? err.text : NULL))
		submit_first(peer, client);
}

static void
take_message(struct agent_peer *peer, const char *data, size_t size)
{
	struct agent_client *client = peer->current;

	if (!peer->busy) {
		agent_peer_close(peer, "spoke without being asked");
		return;
	}
	if (agent_out_pending(&peer->request)) {
		agent_peer_close(peer, "answered before it had the whole request");
		return;
	}
	agent_out_reset(&peer->request);
	peer->busy = false;
	peer->current = NULL;
	if (peer->own)
		take_identity(peer, data, size);
	else
		take_reply(peer, client, data, size);
}

static void
take_bytes(struct agent_peer *peer, const char *bytes, size_t size)
{
	enum spp_frame_kind kind;
	const char *data;
	size_t length;

	if (spp_frame_push(&peer->frame, bytes, size) < 0) {
		agent_peer_close(peer, "out of memory");
		return;
	}
	/* The next request leaves only when nothing is left of what was said so far: else a second
	 * reply to this one would pass for the reply to the next. */
	while (!peer->dead &&
	       (kind = spp_frame_next(&peer->frame, &data, &length)) != SPP_FRAME_NONE) {
		if (kind == SPP_FRAME_JSON)
			take_message(peer, data, length);
		else if (kind == SPP_FRAME_BAD)
			agent_peer_close(peer, "its reply is refused: %.*s", (int)length, data);
		else
			agent_peer_close(peer, "answered with something that is not JSON");
	}
	if (peer->dead)
		return;
	if (!peer->busy && spp_frame_partial(&peer->frame))
		agent_peer_close(peer, "spoke without being asked");
	else
		serve_next(peer);
}

void
agent_peer_serve(struct agent_peer *peer, short revents)
{
	static char bytes[AGENT_READ_SIZE];
	ssize_t n;
	int ret;

	if (peer->dead)
		return;
	if (revents & POLLOUT) {
		ret = agent_out_flush(&peer->request, peer->fd);
		if (ret < 0 && ret != -EAGAIN) {
			agent_peer_close(peer, "cannot send: %s", strerror(-ret));
			return;
		}
	}
	if (!(revents & (POLLIN | POLLHUP | POLLERR)))
		return;
	n = recv(peer->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n > 0)
		take_bytes(peer, bytes, (size_t)n);
	else if (n == 0)
		agent_peer_close(peer, "the process closed the connection");
	else if (errno != EAGAIN && errno != EINTR)
		agent_peer_close(peer, "connection lost: %s", strerror(errno));
}

void
agent_peer_expire(struct agent_peer *peer, uint64_t now_ms)
{
	if (!peer->dead && peer->busy && now_ms >= peer->deadline_ms)
		agent_peer_close(peer, "no reply within %llu ms",
				 (unsigned long long)(peer->deadline_ms - peer->started_ms));
}

void
agent_peer_close(struct agent_peer *peer, const char *fmt, ...)
{
	struct agent_client *client;
	char reason[SPP_ERROR_SIZE], name[AGENT_NAME_SIZE];
	va_list ap;

	if (peer->dead)
		return;
	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	peer->dead = true;
	close(peer->fd);
	agent_registry_leave(peer, reason);

	agent_registry_name(peer->process_id, name, sizeof(name));
	if (peer->current != NULL)
		agent_client_refuse(peer->current, "unreachable",
				    "%s: %s; what it made of the "
				    "request is not known",
				    name, reason);
	while ((client = TAILQ_FIRST(&peer->waiting)) != NULL)
		agent_client_refuse(client, "unreachable", "%s: %s before the request was sent",
				    name, reason);
}

void
agent_peer_free(struct agent_peer *peer)
{
	agent_out_reset(&peer->request);
	spp_frame_fini(&peer->frame);
	free(peer);
}
