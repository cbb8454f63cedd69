/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Takes new connections, and makes room for them when there are too many. See accept.h.
 *
 * Whoever has not yet said what it is here for goes first, so silent strangers never keep a process
 * out.
 */
#include "agent/accept.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/client.h"
#include "agent/log.h"
#include "agent/peer.h"
#include "spp/access.h"
#include "wire/clock.h"

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
		agent->accept_after_ms = spp_clock_ms() + ACCEPT_PAUSE_MS;
	}
	return fd;
}

/* Ends the connection that matters least. Its slot is free in the loop's next turn. */
static void
make_room_for_peer(struct agent *agent)
{
	struct agent_peer *peer, *victim = NULL;

	TAILQ_FOREACH (peer, &agent->registry.peers, link) {
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
	char address[AGENT_ADDRESS_SIZE];
	socklen_t size = sizeof(sa);
	int fd;

	if (agent->registry.nb_peers >= AGENT_PEER_MAX) {
		make_room_for_peer(agent);
		return;
	}
	fd = accept_one(agent, listener, (struct sockaddr *)&sa, &size);
	if (fd < 0)
		return;
	if (listener->local) {
		agent_address_of_local(fd, address, sizeof(address));
		if (!spp_access_may(fd, SPP_NO_USER, SPP_NO_GROUP)) {
			agent_log_stranger("%s at %s is refused: neither root nor the user of "
					   "spp_agent",
					   address, listener->address);
			close(fd);
			return;
		}
	} else {
		tune(fd);
		agent_address_text((struct sockaddr *)&sa, size, address, sizeof(address));
	}
	agent_peer_create(&agent->registry, fd, address, listener->address);
}

static void
make_room_for_client(struct agent *agent, const struct agent_listener *listener, bool looks)
{
	struct agent_client *client;
	int fd;

	TAILQ_FOREACH (client, &agent->clients, link) {
		if (client->looks != looks)
			continue;
		if (client->dead)
			return;
		if (client->state == AGENT_CLIENT_HEADER || client->state == AGENT_CLIENT_BODY) {
			agent_client_close(client);
			return;
		}
	}
	/* All wait for something: none of them is worth less than the new one. */
	fd = accept_one(agent, listener, NULL, NULL);
	if (fd >= 0)
		close(fd);
	if (!looks)
		agent_log_stranger("%d sppctl requests are under way: one more is refused",
				   AGENT_CLIENT_MAX);
}

void
agent_accept_client(struct agent *agent, bool looks)
{
	const struct agent_listeners *all = &agent->listeners;
	const struct agent_listener *listener = looks ? &all->look : &all->local;
	int fd;

	if (agent->nb_clients[looks] >= (looks ? AGENT_LOOK_MAX : AGENT_CLIENT_MAX)) {
		make_room_for_client(agent, listener, looks);
		return;
	}
	fd = accept_one(agent, listener, NULL, NULL);
	if (fd < 0)
		return;
	if (spp_access_may(fd, SPP_NO_USER, looks ? all->look_group : all->group))
		agent_client_create(agent, fd, looks);
	else
		close(fd);
}
