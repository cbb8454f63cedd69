/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Takes new connections of both kinds, and makes room for them when the tables are full: whoever
 * has not yet said what it is here for goes first, so silent strangers never keep a process out.
 * Called by agent_loop.c.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent.h"

/** Milliseconds without accept() after it failed for want of descriptors or memory. */
#define ACCEPT_PAUSE_MS 200

static int
accept_one(struct agent *agent, const struct agent_listener *listener, struct sockaddr *sa,
	   socklen_t *size)
{
	int fd = accept4(listener->fd, sa, size, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
		agent_log_stranger("%s: cannot accept a connection: %s", listener->address,
				   strerror(errno));
		agent->accept_after_ms = agent_now_ms() + ACCEPT_PAUSE_MS;
	}
	return fd;
}

/* Ends the connection that matters least. Its slot is free in the loop's next turn. */
static void
make_room_for_peer(struct agent *agent)
{
	struct agent_peer *peer, *victim = NULL;

	TAILQ_FOREACH (peer, &agent->peers, link) {
		if (peer->dead)
			return;
		if (peer->state == AGENT_PEER_ASKED) {
			victim = peer;
			break;
		}
		if (victim == NULL && peer->state == AGENT_PEER_DUPLICATE)
			victim = peer;
	}
	/* NAMED ones are at most one per process id, so there always is another. */
	if (victim != NULL)
		agent_peer_close(victim, "made room for a new connection");
}

static void
tune(int fd)
{
	int on = 1, idle_s = 10, interval_s = 5, count = 3;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/* A process whose host vanished sends no FIN. */
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof(interval_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
}

void
agent_accept_peer(struct agent *agent, const struct agent_listener *listener)
{
	struct sockaddr_storage sa;
	socklen_t size = sizeof(sa);
	struct agent_peer *peer;
	int fd;

	if (agent->nb_peers >= AGENT_PEER_MAX) {
		make_room_for_peer(agent);
		return;
	}
	fd = accept_one(agent, listener, (struct sockaddr *)&sa, &size);
	if (fd < 0)
		return;
	peer = calloc(1, sizeof(*peer));
	if (peer == NULL) {
		close(fd);
		return;
	}
	tune(fd);
	peer->agent = agent;
	peer->fd = fd;
	peer->since = time(NULL);
	TAILQ_INIT(&peer->waiting);
	spp_frame_init(&peer->frame, AGENT_STRANGER_SIZE_MAX, AGENT_REPLY_DEPTH_MAX);
	agent_address_text((struct sockaddr *)&sa, size, peer->address, sizeof(peer->address));
	memcpy(peer->listener, listener->address, sizeof(peer->listener));
	TAILQ_INSERT_TAIL(&agent->peers, peer, link);
	agent->nb_peers++;
	agent_peer_ask(peer);
}

static void
make_room_for_client(struct agent *agent)
{
	struct agent_client *client;
	int fd;

	TAILQ_FOREACH (client, &agent->clients, link) {
		if (client->dead)
			return;
		if (client->state == AGENT_CLIENT_HEADER || client->state == AGENT_CLIENT_BODY) {
			agent_client_close(client);
			return;
		}
	}
	/* All wait for something: none of them is worth less than the new one. */
	fd = accept_one(agent, &agent->local, NULL, NULL);
	if (fd >= 0)
		close(fd);
	agent_log_stranger("%d sppctl requests are under way: one more is refused",
			   AGENT_CLIENT_MAX);
}

void
agent_accept_client(struct agent *agent)
{
	struct agent_client *client;
	int fd;

	if (agent->nb_clients >= AGENT_CLIENT_MAX) {
		make_room_for_client(agent);
		return;
	}
	fd = accept_one(agent, &agent->local, NULL, NULL);
	if (fd < 0)
		return;
	client = calloc(1, sizeof(*client));
	if (client == NULL) {
		close(fd);
		return;
	}
	client->agent = agent;
	client->fd = fd;
	client->deadline_ms = agent_now_ms() + AGENT_CLIENT_MS;
	spp_frame_init(&client->frame, SPP_REQUEST_SIZE_MAX, AGENT_REPLY_DEPTH_MAX);
	TAILQ_INSERT_TAIL(&agent->clients, client, link);
	agent->nb_clients++;
}
