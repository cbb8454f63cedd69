/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The poll loop: who is ready, whose time is over, who is to be freed. See loop.h. Knows nothing of
 * what is said on the connections.
 */
#include "agent/loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <syslog.h>

#include "agent/accept.h"
#include "agent/client.h"
#include "agent/log.h"
#include "agent/many.h"
#include "agent/peer.h"
#include "wire/clock.h"

/** The first ones of a turn: what tells that it is time to end, and the two for clients. */
#define POLL_FIRST 3
#define POLL_MAX                                                                                   \
	(POLL_FIRST + AGENT_LISTEN_MAX + AGENT_PEER_MAX + AGENT_CLIENT_MAX + AGENT_LOOK_MAX)

/* What the loop watches in one turn; slots[i] belongs to fds[i]. */
struct watch {
	struct pollfd fds[POLL_MAX];
	void *slots[POLL_MAX];
	nfds_t nb;
	nfds_t first_peer, first_client;
	uint64_t deadline_ms;
};

static void
watch_add(struct watch *watch, int fd, short events, void *slot, uint64_t deadline_ms)
{
	watch->fds[watch->nb] = (struct pollfd){.fd = fd, .events = events};
	watch->slots[watch->nb++] = slot;
	if (deadline_ms < watch->deadline_ms)
		watch->deadline_ms = deadline_ms;
}

static void
watch_fill(struct watch *watch, struct agent *agent, uint64_t now_ms)
{
	bool accepting = now_ms >= agent->accept_after_ms;
	struct agent_client *client;
	struct agent_many *many;
	struct agent_peer *peer;

	watch->nb = 0;
	watch->deadline_ms = accepting ? UINT64_MAX : agent->accept_after_ms;
	watch_add(watch, agent->signal_fd, POLLIN, NULL, UINT64_MAX);
	watch_add(watch, agent->listeners.local.fd, accepting ? POLLIN : 0, NULL, UINT64_MAX);
	watch_add(watch, agent->listeners.look.fd, accepting ? POLLIN : 0, NULL, UINT64_MAX);
	for (unsigned int i = 0; i < agent->listeners.nb_peers; i++)
		watch_add(watch, agent->listeners.peers[i].fd, accepting ? POLLIN : 0,
			  &agent->listeners.peers[i], UINT64_MAX);
	watch->first_peer = watch->nb;
	TAILQ_FOREACH (peer, &agent->registry.peers, link)
		watch_add(watch, peer->exchange.fd, agent_peer_events(peer), peer,
			  agent_peer_deadline(peer));
	watch->first_client = watch->nb;
	TAILQ_FOREACH (client, &agent->clients, link)
		watch_add(watch, client->fd, agent_client_events(client), client,
			  agent_client_deadline(client));
	TAILQ_FOREACH (many, &agent->manys, link)
		if (agent_many_deadline(many) < watch->deadline_ms)
			watch->deadline_ms = agent_many_deadline(many);
}

static int
watch_wait(struct watch *watch, uint64_t now_ms)
{
	int timeout = -1;

	if (watch->deadline_ms != UINT64_MAX) {
		uint64_t left = watch->deadline_ms > now_ms ? watch->deadline_ms - now_ms : 0;

		timeout = left > INT_MAX ? INT_MAX : (int)left;
	}
	if (poll(watch->fds, watch->nb, timeout) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

static void
serve(struct watch *watch, struct agent *agent)
{
	for (nfds_t i = watch->first_peer; i < watch->first_client; i++)
		if (watch->fds[i].revents != 0)
			agent_peer_serve(watch->slots[i], watch->fds[i].revents);
	for (nfds_t i = watch->first_client; i < watch->nb; i++)
		if (watch->fds[i].revents != 0)
			agent_client_serve(watch->slots[i], watch->fds[i].revents);
	for (nfds_t i = POLL_FIRST; i < watch->first_peer; i++)
		if (watch->fds[i].revents != 0)
			agent_accept_peer(agent, watch->slots[i]);
	if (watch->fds[1].revents != 0)
		agent_accept_client(agent, false);
	if (watch->fds[2].revents != 0)
		agent_accept_client(agent, true);
	if (watch->fds[0].revents != 0)
		agent->registry.ending = true;
}

static void
expire(struct agent *agent, uint64_t now_ms)
{
	struct agent_client *client;
	struct agent_many *many;
	struct agent_peer *peer;

	TAILQ_FOREACH (peer, &agent->registry.peers, link)
		agent_peer_expire(peer, now_ms);
	TAILQ_FOREACH (client, &agent->clients, link)
		agent_client_expire(client, now_ms);
	TAILQ_FOREACH (many, &agent->manys, link)
		agent_many_run(many, now_ms);
}

/* TAILQ_FOREACH does not survive the removal of its element: look ahead. */
static void
sweep(struct agent *agent)
{
	struct agent_client *client = TAILQ_FIRST(&agent->clients);
	struct agent_peer *peer = TAILQ_FIRST(&agent->registry.peers);
	struct agent_many *many = TAILQ_FIRST(&agent->manys);

	while (many != NULL) {
		struct agent_many *next = TAILQ_NEXT(many, link);

		agent_many_sweep(agent, many);
		many = next;
	}

	while (peer != NULL) {
		struct agent_peer *next = TAILQ_NEXT(peer, link);

		if (peer->dead)
			agent_peer_free(peer);
		peer = next;
	}
	while (client != NULL) {
		struct agent_client *next = TAILQ_NEXT(client, link);

		if (client->dead)
			agent_client_free(client);
		client = next;
	}
}

int
agent_loop_run(struct agent *agent)
{
	static struct watch watch;
	struct agent_client *client;
	struct agent_peer *peer;
	int ret = 0;

	while (!agent->registry.ending && ret == 0) {
		watch_fill(&watch, agent, spp_clock_ms());
		ret = watch_wait(&watch, spp_clock_ms());
		if (ret == 0)
			serve(&watch, agent);
		expire(agent, spp_clock_ms());
		sweep(agent);
	}
	if (ret < 0)
		agent_log(LOG_ERR, "cannot wait for connections: %s", strerror(-ret));
	agent->registry.ending = true;
	TAILQ_FOREACH (client, &agent->clients, link)
		agent_client_close(client);
	TAILQ_FOREACH (peer, &agent->registry.peers, link)
		agent_peer_close(peer, "spp_agent ends");
	expire(agent, spp_clock_ms()); /* what was done of a change is written down */
	sweep(agent);
	return ret;
}
