/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The local UNIX socket. See local.h.
 */
#include "serve/local.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/conn.h"
#include "spp/access.h"

/** Clients at once; a further one waits until one of them goes. */
#define LOCAL_CLIENTS_MAX 32
/** Milliseconds without accept4() after it failed for want of descriptors or memory. */
#define LOCAL_PAUSE_MS 200

struct local_client {
	struct spp_conn conn;
	struct spp_local *local;
	bool open;
};

struct spp_local {
	struct spp_loop *loop;
	const struct spp_service *service;
	enum spp_origin origin;
	gid_t group;
	int fd;
	char path[SPP_SOCKET_PATH_SIZE];
	dev_t dev; /**< of the socket we made: another's is not removed */
	ino_t ino;
	bool bound;
	struct spp_timer pause;
	struct local_client clients[LOCAL_CLIENTS_MAX];
};

static struct local_client *
free_client(struct spp_local *local)
{
	unsigned int i;

	for (i = 0; i < LOCAL_CLIENTS_MAX; i++) {
		if (!local->clients[i].open)
			return &local->clients[i];
	}
	return NULL;
}

static void
listen_again(void *arg)
{
	struct spp_local *local = arg;

	if (free_client(local) != NULL)
		spp_loop_change(local->loop, local->fd, POLLIN);
}

/** The one that could not be accepted is still waiting: the loop would come back at once, for ever.
 */
static void
pause_listening(struct spp_local *local)
{
	spp_loop_change(local->loop, local->fd, 0);
	spp_loop_timer_start(local->loop, &local->pause, LOCAL_PAUSE_MS);
}

static void
client_closed(void *arg, const char *why)
{
	struct local_client *client = arg;

	client->open = false;
	spp_loop_change(client->local->loop, client->local->fd, POLLIN);
}

static void
listener_ready(void *arg, int listener, short revents)
{
	struct spp_local *local = arg;
	struct local_client *client = free_client(local);
	int fd;

	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			pause_listening(local);
		return;
	}
	if (!spp_access_may(fd, SPP_NO_USER, local->group) ||
	    spp_conn_open(&client->conn, local->loop, fd, local->service, local->origin,
			  client_closed, client) < 0) {
		close(fd);
		return;
	}
	client->local = local;
	client->open = true;
	if (free_client(local) == NULL)
		spp_loop_change(local->loop, listener, 0);
}

static int
listen_at(struct spp_local *local, const struct spp_local_config *config, struct spp_error *err)
{
	struct stat made;
	int ret;

	local->fd = spp_access_listen(config->path, config->group, err);
	if (local->fd < 0)
		return local->fd;
	snprintf(local->path, sizeof(local->path), "%s", config->path);
	if (stat(local->path, &made) < 0)
		return spp_error(err, errno, "%s: %s", local->path, strerror(errno));
	local->dev = made.st_dev;
	local->ino = made.st_ino;
	local->bound = true;
	ret = spp_loop_watch(local->loop, local->fd, POLLIN, listener_ready, local);
	return ret < 0 ? spp_error(err, -ret, "%s: %s", local->path, strerror(-ret)) : 0;
}

int
spp_local_create(struct spp_loop *loop, const struct spp_local_config *config,
		 const struct spp_service *service, struct spp_local **out, struct spp_error *err)
{
	struct spp_local *local = calloc(1, sizeof(*local));
	int ret;

	if (local == NULL)
		return spp_error(err, ENOMEM, "out of memory");
	local->loop = loop;
	local->service = service;
	local->origin = config->origin;
	local->group = config->group;
	local->pause = (struct spp_timer){.expired = listen_again, .arg = local};
	ret = listen_at(local, config, err);
	if (ret < 0) {
		spp_local_destroy(local);
		return ret;
	}
	*out = local;
	return 0;
}

void
spp_local_destroy(struct spp_local *local)
{
	struct stat found;
	unsigned int i;

	if (local == NULL)
		return;
	for (i = 0; i < LOCAL_CLIENTS_MAX; i++) {
		if (local->clients[i].open)
			spp_conn_close(&local->clients[i].conn);
	}
	if (local->bound && stat(local->path, &found) == 0 && found.st_dev == local->dev &&
	    found.st_ino == local->ino)
		unlink(local->path);
	spp_loop_timer_stop(local->loop, &local->pause);
	if (local->fd >= 0) {
		spp_loop_unwatch(local->loop, local->fd);
		close(local->fd);
	}
	free(local);
}
