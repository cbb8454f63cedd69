/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The local UNIX socket. See local.h.
 */
#include "local.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "conn.h"

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
	int fd;
	struct sockaddr_un address;
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

/** Who waits is still there: asked at once again, the loop would do nothing else. */
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
	if (spp_conn_open(&client->conn, local->loop, fd, local->service, SPP_FROM_LOCAL,
			  client_closed, client) < 0) {
		close(fd);
		return;
	}
	client->local = local;
	client->open = true;
	if (free_client(local) == NULL)
		spp_loop_change(local->loop, listener, 0);
}

/** The directory of a path, if it is missing; its parent must be there. */
static int
make_directory(const char *path, struct spp_error *err)
{
	char directory[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *slash;

	snprintf(directory, sizeof(directory), "%s", path);
	slash = strrchr(directory, '/');
	if (slash == NULL || slash == directory)
		return 0;
	*slash = '\0';
	if (mkdir(directory, 0755) == 0) {
		/* Whatever the umask: others may look who is there. */
		if (chmod(directory, 0755) < 0)
			return spp_error(err, errno, "%s: %s", directory, strerror(errno));
		return 0;
	}
	if (errno == EEXIST)
		return 0;
	return spp_error(err, errno, "%s: cannot make the directory: %s", directory,
			 strerror(errno));
}

/** Make way for our socket. */
static int
remove_stale(const struct sockaddr_un *address, struct spp_error *err)
{
	struct stat found;
	int fd, ret;

	if (lstat(address->sun_path, &found) < 0)
		return 0;
	if (!S_ISSOCK(found.st_mode))
		return spp_error(err, EEXIST, "%s: is there and is no socket (remove it)",
				 address->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return spp_error(err, errno, "%s: %s", address->sun_path, strerror(errno));
	ret = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ? 0 : errno;
	close(fd);
	/* EAGAIN: somebody listens, and its queue is full. */
	if (ret == 0 || ret == EAGAIN)
		return spp_error(err, EADDRINUSE,
				 "%s: another process answers there (end it, or use another id)",
				 address->sun_path);
	if (unlink(address->sun_path) < 0 && errno != ENOENT)
		return spp_error(err, errno, "%s: cannot remove the stale socket: %s",
				 address->sun_path, strerror(errno));
	return 0;
}

static int
listen_at(struct spp_local *local, struct spp_error *err)
{
	const char *path = local->address.sun_path;
	struct stat made;
	int ret;

	local->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* The mode the socket gets is that of its descriptor: no moment in which others get in. */
	if (local->fd < 0 || fchmod(local->fd, 0600) < 0 ||
	    bind(local->fd, (struct sockaddr *)&local->address, sizeof(local->address)) < 0 ||
	    chmod(path, 0600) < 0 || stat(path, &made) < 0 || listen(local->fd, 16) < 0)
		return spp_error(err, errno, "%s: %s", path, strerror(errno));
	local->dev = made.st_dev;
	local->ino = made.st_ino;
	local->bound = true;
	ret = spp_loop_watch(local->loop, local->fd, POLLIN, listener_ready, local);
	return ret < 0 ? spp_error(err, -ret, "%s: %s", path, strerror(-ret)) : 0;
}

int
spp_local_create(struct spp_loop *loop, const char *path, const struct spp_service *service,
		 struct spp_local **out, struct spp_error *err)
{
	struct spp_local *local = calloc(1, sizeof(*local));
	int ret;

	if (local == NULL)
		return spp_error(err, ENOMEM, "out of memory");
	local->loop = loop;
	local->service = service;
	local->fd = -1;
	local->pause = (struct spp_timer){.expired = listen_again, .arg = local};
	local->address.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(local->address.sun_path)) {
		ret = spp_error(err, ENAMETOOLONG, "%s: longer than %zu characters", path,
				sizeof(local->address.sun_path) - 1);
	} else {
		snprintf(local->address.sun_path, sizeof(local->address.sun_path), "%s", path);
		ret = make_directory(path, err);
		if (ret == 0)
			ret = remove_stale(&local->address, err);
		if (ret == 0)
			ret = listen_at(local, err);
	}
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
	if (local->bound && stat(local->address.sun_path, &found) == 0 &&
	    found.st_dev == local->dev && found.st_ino == local->ino)
		unlink(local->address.sun_path);
	spp_loop_timer_stop(local->loop, &local->pause);
	if (local->fd >= 0) {
		spp_loop_unwatch(local->loop, local->fd);
		close(local->fd);
	}
	free(local);
}
