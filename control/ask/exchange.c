/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Requests and replies over UNIX sockets. See exchange.h.
 */
#include "ask/exchange.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "wire/clock.h"
#include "wire/frame.h"
#include "json/load.h"

/** Replies are framed like requests; a whole classifier table fits. */
#define EXCHANGE_REPLY_MAX (9u << 20)
#define EXCHANGE_DEPTH_MAX 64
/** Milliseconds between two tries to connect while the other side's queue is full. */
#define EXCHANGE_RETRY_MS 20
#define POLL_MAX_MS       60000

/** An exchange under way. */
struct link {
	struct spp_exchange *exchange;
	struct spp_frame frame;
	uint64_t deadline_ms, retry_ms; /**< retry_ms 0: connected */
	size_t sent;
	int fd; /**< -1: done */
};

static void
say(struct spp_exchange *x, int ret)
{
	struct spp_error *err = &x->err;

	x->ret = ret;
	switch (ret) {
	case 0:
		break;
	case -ETIMEDOUT:
		spp_error(err, ETIMEDOUT, "%s: no reply within %llu ms", x->path,
			  (unsigned long long)x->timeout_ms);
		break;
	case -EPIPE:
		spp_error(err, EPIPE, "%s: closed without a reply", x->path);
		break;
	case -EBADMSG:
		spp_error(err, EBADMSG, "%s: its reply is not JSON", x->path);
		break;
	default:
		spp_error(err, -ret, "%s: %s", x->path, strerror(-ret));
	}
}

static void
finish(struct link *link, int ret)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	spp_frame_fini(&link->frame);
	say(link->exchange, ret);
}

/* The socket is connected, or is to be tried again (0), or will not be (-errno). */
static int
connect_link(struct link *link)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct ucred cred = {0};
	socklen_t size = sizeof(cred);

	memcpy(sa.sun_path, link->exchange->path, strlen(link->exchange->path) + 1);
	if (connect(link->fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
		if (errno != EAGAIN)
			return -errno;
		link->retry_ms = spp_clock_ms() + EXCHANGE_RETRY_MS;
		return 0;
	}
	link->retry_ms = 0;
	if (getsockopt(link->fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) == 0)
		link->exchange->pid = cred.pid;
	return 0;
}

static void
begin(struct link *link, struct spp_exchange *exchange)
{
	struct sockaddr_un sa;
	int ret;

	*link = (struct link){.exchange = exchange,
			      .deadline_ms = spp_clock_ms() + exchange->timeout_ms,
			      .fd = -1};
	spp_frame_init(&link->frame, EXCHANGE_REPLY_MAX, EXCHANGE_DEPTH_MAX);
	if (strlen(exchange->path) >= sizeof(sa.sun_path)) {
		finish(link, -ENAMETOOLONG);
		return;
	}
	link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ret = link->fd < 0 ? -errno : connect_link(link);
	if (ret < 0)
		finish(link, ret);
}

static bool
is_sending(const struct link *link)
{
	return link->sent < link->exchange->size;
}

static int
send_more(struct link *link)
{
	const struct spp_exchange *x = link->exchange;
	ssize_t n = send(link->fd, x->request + link->sent, x->size - link->sent,
			 MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n > 0)
		link->sent += (size_t)n;
	else if (n < 0 && errno == EPIPE)
		link->sent = x->size; /* refused before it was whole: the reply says why */
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	return 0;
}

/* 1: the reply is there. */
static int
receive_more(struct link *link)
{
	static char bytes[256 * 1024];
	enum spp_frame_kind kind;
	const char *data;
	size_t length;
	ssize_t n = recv(link->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return n == 0 ? -EPIPE : -errno;
	if (spp_frame_push(&link->frame, bytes, (size_t)n) < 0)
		return -ENOMEM;
	kind = spp_frame_next(&link->frame, &data, &length);
	if (kind == SPP_FRAME_NONE)
		return 0;
	if (kind == SPP_FRAME_JSON)
		link->exchange->reply = spp_json_load(data, length, 0, NULL);
	return link->exchange->reply != NULL ? 1 : -EBADMSG;
}

/* Do what can be done now. */
static void
step(struct link *link, bool ready)
{
	int ret = 0;

	if (link->retry_ms != 0) {
		if (spp_clock_ms() >= link->retry_ms)
			ret = connect_link(link);
	} else if (ready && is_sending(link)) {
		ret = send_more(link);
	} else if (ready) {
		ret = receive_more(link);
	}
	if (ret == 0 && spp_clock_ms() >= link->deadline_ms)
		ret = -ETIMEDOUT;
	if (ret != 0)
		finish(link, ret > 0 ? 0 : ret);
}

/* What to wait for, and until when. False: nothing is under way. */
static bool
prepare(const struct link *links, size_t nb, struct pollfd *fds, uint64_t *until_ms)
{
	bool any = false;

	*until_ms = UINT64_MAX;
	for (size_t i = 0; i < nb; i++) {
		const struct link *link = &links[i];
		uint64_t next = link->retry_ms != 0 && link->retry_ms < link->deadline_ms
					? link->retry_ms
					: link->deadline_ms;

		fds[i] = (struct pollfd){.fd = link->retry_ms != 0 ? -1 : link->fd,
					 .events = is_sending(link) ? POLLOUT : POLLIN};
		if (link->fd < 0)
			continue;
		any = true;
		*until_ms = next < *until_ms ? next : *until_ms;
	}
	return any;
}

void
spp_exchange_all(struct spp_exchange *exchanges, size_t nb)
{
	struct link *links = calloc(nb > 0 ? nb : 1, sizeof(*links));
	struct pollfd *fds = calloc(nb > 0 ? nb : 1, sizeof(*fds));
	uint64_t until_ms, now_ms, left_ms;
	int ready;

	for (size_t i = 0; i < nb; i++) {
		exchanges[i].reply = NULL;
		exchanges[i].pid = 0;
		if (links == NULL || fds == NULL)
			say(&exchanges[i], -ENOMEM);
		else
			begin(&links[i], &exchanges[i]);
	}
	while (links != NULL && fds != NULL && prepare(links, nb, fds, &until_ms)) {
		now_ms = spp_clock_ms();
		left_ms = until_ms > now_ms ? until_ms - now_ms : 0;
		ready = poll(fds, nb, left_ms < POLL_MAX_MS ? (int)left_ms : POLL_MAX_MS);
		/* Whatever kept it from waiting, deadlines count. */
		for (size_t i = 0; i < nb; i++)
			if (links[i].fd >= 0)
				step(&links[i], ready > 0 && fds[i].revents != 0);
	}
	free(links);
	free(fds);
}

int
spp_exchange_one(struct spp_exchange *exchange)
{
	spp_exchange_all(exchange, 1);
	return exchange->ret;
}
