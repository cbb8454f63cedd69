/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `clear` on its way to every spp_vf. See tell.h.
 */
#include "answer/tell.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

static const char tell_message[] = "{\"commands\":[{\"command\":\"clear\"}]}";

/** One VF that was told and has not answered yet. */
struct tell_peer {
	struct spp_tell *tell;
	int fd; /**< -1: none */
	struct sockaddr_un address;
	struct spp_timer timer;
};

struct spp_tell {
	struct spp_loop *loop;
	const struct spp_host_ops *host;
	void *host_ctx;
	void (*log)(int priority, const char *line);
	struct tell_peer peers[SPP_VF_MAX]; /**< by slot */
};

static void
peer_close(struct tell_peer *peer)
{
	if (peer->fd < 0)
		return;
	spp_loop_timer_stop(peer->tell->loop, &peer->timer);
	spp_loop_unwatch(peer->tell->loop, peer->fd);
	close(peer->fd);
	peer->fd = -1;
}

static void
peer_lost(struct tell_peer *peer, const char *why)
{
	char line[256];

	snprintf(line, sizeof(line), "clear: %s: %s", peer->address.sun_path, why);
	if (peer->tell->log != NULL)
		peer->tell->log(LOG_WARNING, line);
	peer_close(peer);
}

static void
peer_expired(void *arg)
{
	peer_lost(arg, "no answer, not waiting any longer");
}

/** The answer is there, or the VF is gone. */
static void
peer_ready(void *arg, int fd, short revents)
{
	struct tell_peer *peer = arg;
	char reply[256];
	ssize_t length = recv(fd, reply, sizeof(reply) - 1, 0);

	if (length <= 0) {
		peer_lost(peer, "it closed the connection");
		return;
	}
	reply[length] = '\0';
	if (strstr(reply, "success") == NULL)
		peer_lost(peer, "it did not take it");
	else
		peer_close(peer);
}

static void
peer_tell(struct tell_peer *peer)
{
	struct spp_loop *loop = peer->tell->loop;

	peer->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (peer->fd < 0 || spp_loop_watch(loop, peer->fd, POLLIN, peer_ready, peer) < 0 ||
	    connect(peer->fd, (struct sockaddr *)&peer->address, sizeof(peer->address)) < 0 ||
	    send(peer->fd, tell_message, sizeof(tell_message) - 1, MSG_NOSIGNAL) < 0) {
		peer_lost(peer, strerror(errno));
		return;
	}
	spp_loop_timer_start(loop, &peer->timer, SPP_TELL_MS);
}

void
spp_tell_clear(struct spp_tell *tell)
{
	struct tell_peer *peer;
	unsigned int i;

	for (i = 0; i < SPP_VF_MAX; i++) {
		peer = &tell->peers[i];
		/* One that was told and has not answered yet need not be told again. */
		if (peer->fd < 0 &&
		    tell->host->vf_socket(tell->host_ctx, i, peer->address.sun_path))
			peer_tell(peer);
	}
}

struct spp_tell *
spp_tell_create(struct spp_loop *loop, const struct spp_host_ops *host, void *host_ctx,
		void (*log)(int priority, const char *line))
{
	struct spp_tell *tell = calloc(1, sizeof(*tell));
	unsigned int i;

	if (tell == NULL)
		return NULL;
	tell->loop = loop;
	tell->host = host;
	tell->host_ctx = host_ctx;
	tell->log = log;
	for (i = 0; i < SPP_VF_MAX; i++) {
		tell->peers[i].tell = tell;
		tell->peers[i].fd = -1;
		tell->peers[i].address.sun_family = AF_UNIX;
		tell->peers[i].timer.expired = peer_expired;
		tell->peers[i].timer.arg = &tell->peers[i];
	}
	return tell;
}

void
spp_tell_destroy(struct spp_tell *tell)
{
	unsigned int i;

	if (tell == NULL)
		return;
	for (i = 0; i < SPP_VF_MAX; i++)
		peer_close(&tell->peers[i]);
	free(tell);
}
