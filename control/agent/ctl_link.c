/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One request and one reply over a UNIX socket, within a deadline.
 * Called by ctl_find.c; knows nothing of what is asked.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"
#include "frame.h"

/** Replies are framed like requests; a whole classifier table fits. */
#define LINK_REPLY_MAX (9u * 1024 * 1024)
#define LINK_DEPTH_MAX 64
/** Between two tries to connect while the other side's queue is full. */
#define LINK_RETRY_NS 20000000

uint64_t
ctl_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int
wait_for(int fd, short events, uint64_t deadline_ms)
{
	struct pollfd pfd = {.fd = fd, .events = events};
	uint64_t now = ctl_now_ms();
	int ret;

	if (now >= deadline_ms)
		return -ETIMEDOUT;
	ret = poll(&pfd, 1, (int)(deadline_ms - now));
	if (ret < 0)
		return errno == EINTR ? 0 : -errno;
	return ret == 0 ? -ETIMEDOUT : 0;
}

static int
open_link(const char *path, uint64_t deadline_ms)
{
	const struct timespec pause = {.tv_nsec = LINK_RETRY_NS};
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd, code;

	if (strlen(path) >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	memcpy(sa.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	while (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
		code = errno;
		if (code != EAGAIN || ctl_now_ms() >= deadline_ms) {
			close(fd);
			return code == EAGAIN ? -ETIMEDOUT : -code;
		}
		nanosleep(&pause, NULL);
	}
	return fd;
}

static int
write_all(int fd, const char *data, size_t size, uint64_t deadline_ms)
{
	while (size > 0) {
		ssize_t n = send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		int ret = 0;

		if (n < 0 && errno == EPIPE)
			return 0; /* refused before it was whole: the reply says why */
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n < 0)
			ret = wait_for(fd, POLLOUT, deadline_ms);
		if (ret < 0)
			return ret;
		if (n > 0) {
			data += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

/* One whole JSON message into *reply. */
static int
read_one(int fd, struct spp_frame *frame, uint64_t deadline_ms, json_t **reply)
{
	static char bytes[256 * 1024];
	enum spp_frame_kind kind;
	json_error_t where;
	const char *data;
	size_t length;

	while ((kind = spp_frame_next(frame, &data, &length)) == SPP_FRAME_NONE) {
		int ret = wait_for(fd, POLLIN, deadline_ms);
		ssize_t n;

		if (ret < 0)
			return ret;
		n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return n == 0 ? -EPIPE : -errno;
		if (spp_frame_push(frame, bytes, (size_t)n) < 0)
			return -ENOMEM;
	}
	if (kind != SPP_FRAME_JSON)
		return -EBADMSG;
	*reply = json_loadb(data, length, 0, &where);
	return *reply != NULL ? 0 : -EBADMSG;
}

int
ctl_link_exchange(const char *path, const char *request, size_t size, uint64_t timeout_ms,
		  json_t **reply, struct spp_error *err)
{
	uint64_t deadline_ms = ctl_now_ms() + timeout_ms;
	struct spp_frame frame;
	int fd, ret;

	fd = open_link(path, deadline_ms);
	if (fd < 0)
		return spp_error(err, -fd, "%s: %s", path, strerror(-fd));
	spp_frame_init(&frame, LINK_REPLY_MAX, LINK_DEPTH_MAX);
	ret = write_all(fd, request, size, deadline_ms);
	if (ret == 0)
		ret = read_one(fd, &frame, deadline_ms, reply);
	spp_frame_fini(&frame);
	close(fd);
	switch (ret) {
	case 0:
		return 0;
	case -ETIMEDOUT:
		return spp_error(err, ETIMEDOUT, "%s: no reply within %llu ms", path,
				 (unsigned long long)timeout_ms);
	case -EPIPE:
		return spp_error(err, EPIPE, "%s: closed without a reply", path);
	case -EBADMSG:
		return spp_error(err, EBADMSG, "%s: its reply is not JSON", path);
	default:
		return spp_error(err, -ret, "%s: %s", path, strerror(-ret));
	}
}
