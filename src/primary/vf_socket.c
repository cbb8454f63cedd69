/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections of the VFs. See vf_socket.h.
 */
#include "primary/vf_socket.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "spp/limits.h"

/* Twice as many as there are slots: some ask only to be refused. */
#define PEERS_MAX      (2 * SPP_VF_MAX)
#define EVENTS_AT_ONCE 16
#define LISTENER       UINT32_MAX /* in place of a peer's number */

static struct {
	int epoll_fd, listen_fd;
	int spare_fd; /* given up to take a connection, and refuse it, when there is no other */
	spp_vf_serve serve;
	void *arg;
	struct spp_vf_peer peer[PEERS_MAX];
} vfs;

static void
peer_close(struct spp_vf_peer *peer)
{
	close(peer->fd); /* which takes it off epoll's list, too */
	peer->fd = -1;
}

/* One that has no slot makes room for one that may want one. */
static struct spp_vf_peer *
peer_free(void)
{
	unsigned int i;

	for (i = 0; i < PEERS_MAX; i++) {
		if (vfs.peer[i].fd < 0)
			return &vfs.peer[i];
	}
	for (i = 0; i < PEERS_MAX && vfs.peer[i].slot >= 0; i++)
		;
	if (i == PEERS_MAX)
		return NULL;
	peer_close(&vfs.peer[i]);
	return &vfs.peer[i];
}

/* No descriptor is left: the one who calls sees its connection end, and we do not spin. */
static void
refuse_one(void)
{
	int fd;

	close(vfs.spare_fd);
	fd = accept4(vfs.listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		close(fd);
	vfs.spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
accept_one(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct ucred cred = {0};
	socklen_t size = sizeof(cred);
	struct spp_vf_peer *peer;
	int fd = accept4(vfs.listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE)
			refuse_one();
		return;
	}
	peer = peer_free();
	if (peer == NULL || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0) {
		close(fd);
		return;
	}
	*peer = (struct spp_vf_peer){.fd = fd, .pid = cred.pid, .slot = -1};
	event.data.u32 = (uint32_t)(peer - vfs.peer);
	if (epoll_ctl(vfs.epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		peer_close(peer);
}

static void
serve_one(struct spp_vf_peer *peer)
{
	struct spp_msg_reply reply = {0};
	struct spp_msg_request request;
	ssize_t length = recv(peer->fd, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length <= 0) {
		peer_close(peer);
		return;
	}
	if (length == sizeof(request)) {
		reply.number = request.number;
		vfs.serve(vfs.arg, peer, &request, &reply);
	} else {
		reply.result = -EPROTO;
		snprintf(
			reply.text, sizeof(reply.text),
			"this spp_vf is of another build than spp_primary: restart spp_primary, or "
			"start the spp_vf of its build");
	}
	/* There is room: it has one request under way. If it is gone its end is read next. */
	(void)!send(peer->fd, &reply, sizeof(reply), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
spp_vf_socket_work(void)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int nb = epoll_wait(vfs.epoll_fd, events, EVENTS_AT_ONCE, 0), i;

	for (i = 0; i < nb; i++) {
		if (events[i].data.u32 == LISTENER)
			accept_one();
		else if (vfs.peer[events[i].data.u32].fd >= 0)
			serve_one(&vfs.peer[events[i].data.u32]);
	}
}

int
spp_vf_peer_pidfd(const struct spp_vf_peer *peer)
{
	int pidfd = (int)syscall(SYS_pidfd_open, peer->pid, 0);
	char byte;

	if (pidfd < 0)
		return -errno;
	/* It has the connection still, so it lives, and the number is still its own. */
	if (recv(peer->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN)
		return pidfd;
	close(pidfd);
	return -ESRCH;
}

static int
open_listener(const char *dir, struct spp_error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = LISTENER};

	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", dir, SPP_MSG_SOCKET) >=
	    (int)sizeof(address.sun_path))
		return spp_error(err, ENAMETOOLONG,
				 "%s: the path is too long: a shorter --file-prefix", dir);
	unlink(address.sun_path); /* another primary's that has ended: the EAL lets one live */
	vfs.listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (vfs.listen_fd < 0 ||
	    bind(vfs.listen_fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(address.sun_path, 0600) < 0 || listen(vfs.listen_fd, PEERS_MAX) < 0 ||
	    epoll_ctl(vfs.epoll_fd, EPOLL_CTL_ADD, vfs.listen_fd, &event) < 0)
		return spp_error(err, errno, "%s: %s", address.sun_path, strerror(errno));
	return 0;
}

int
spp_vf_socket_open(const char *dir, spp_vf_serve serve, void *arg, struct spp_error *err)
{
	unsigned int i;
	int ret;

	for (i = 0; i < PEERS_MAX; i++)
		vfs.peer[i].fd = -1;
	vfs.serve = serve;
	vfs.arg = arg;
	vfs.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	vfs.spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (vfs.epoll_fd < 0 || vfs.spare_fd < 0)
		return spp_error(err, errno, "the VFs' socket: %s", strerror(errno));
	ret = open_listener(dir, err);
	return ret < 0 ? ret : vfs.epoll_fd;
}
