/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One connection. See conn.h.
 */
#include "serve/conn.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/clock.h"

/** Bytes taken from the socket at once. */
#define RECV_SIZE 65536
/** Microseconds for which one connection is answered before the others are looked at: the bytes
 * received at once may be 32,768 messages. */
#define TURN_US 2000
/**
 * Who sends what is refused is left alone for so many times the time that it took to refuse it,
 * since this thread may share its CPU with workers. Who errs now and then does not notice.
 */
#define TOLL 3
/** Less than this, in microseconds, is let pass; and no pause is longer, in milliseconds. */
#define TOLL_MIN_US 1000
#define TOLL_MAX_MS 100

void
spp_conn_close(struct spp_conn *conn)
{
	spp_loop_timer_stop(conn->loop, &conn->silence);
	spp_loop_timer_stop(conn->loop, &conn->stalled);
	spp_loop_timer_stop(conn->loop, &conn->pause);
	spp_loop_unwatch(conn->loop, conn->fd);
	close(conn->fd);
	free(conn->reply);
	spp_frame_fini(&conn->frame);
}

/** The reply to `exit` is sent, or will never be. */
static void
conn_exit(const struct spp_conn *conn)
{
	if (conn->session.exit && conn->service->exit != NULL)
		conn->service->exit(conn->service->exit_arg);
}

/** Nothing of conn may be touched after this. */
static void
conn_lost(struct spp_conn *conn, const char *why)
{
	conn_exit(conn);
	spp_conn_close(conn);
	conn->closed(conn->closed_arg, why);
}

/** Send what the socket takes of the reply. -errno when the connection is lost. */
static int
send_reply(struct spp_conn *conn)
{
	ssize_t sent;

	while (conn->reply_sent < conn->reply_length) {
		sent = send(conn->fd, conn->reply + conn->reply_sent,
			    conn->reply_length - conn->reply_sent, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN) {
			spp_loop_change(conn->loop, conn->fd, POLLOUT);
			spp_loop_timer_start(conn->loop, &conn->stalled, SPP_CONN_SEND_MS);
			return 0;
		}
		if (sent < 0)
			return -errno;
		conn->reply_sent += (size_t)sent;
	}
	free(conn->reply);
	conn->reply = NULL;
	spp_loop_timer_stop(conn->loop, &conn->stalled);
	spp_loop_change(conn->loop, conn->fd, POLLIN);
	conn_exit(conn);
	return 0;
}

static int
start_reply(struct spp_conn *conn, char *reply, size_t length)
{
	if (reply == NULL)
		return -ENOMEM;
	conn->reply = reply;
	conn->reply_length = length;
	conn->reply_sent = 0;
	return send_reply(conn);
}

/** No reply waits: what is to happen next. */
static void
wait_for_more(struct spp_conn *conn)
{
	uint64_t ms = conn->toll_us / 1000;

	conn->paused = conn->toll_us >= TOLL_MIN_US;
	if (conn->paused) {
		conn->toll_us = 0;
		spp_loop_timer_start(conn->loop, &conn->pause,
				     ms < TOLL_MAX_MS ? (unsigned int)ms : TOLL_MAX_MS);
	}
	spp_loop_change(conn->loop, conn->fd,
			(short)(conn->paused ? 0
				: conn->more ? POLLOUT
					     : POLLIN));
}

/** Answer the next message. 0: there is none, 1: it is answered, -errno: the connection is lost. */
static int
serve_one(struct spp_conn *conn)
{
	uint64_t begun = spp_clock_us();
	size_t length, reply_length = 0;
	enum spp_frame_kind kind;
	bool refused;
	const char *data;
	char *reply;
	int ret = 0;

	kind = spp_frame_next(&conn->frame, &data, &length);
	if (kind != SPP_FRAME_NONE) {
		reply = spp_answer(conn->service, &conn->session, kind, data, length,
				   &reply_length);
		ret = start_reply(conn, reply, reply_length);
		refused = conn->session.failed;
	} else {
		refused = spp_frame_refused(&conn->frame) || !spp_frame_partial(&conn->frame);
	}
	if (refused)
		conn->toll_us += TOLL * (spp_clock_us() - begun);
	if (ret < 0)
		return ret;
	return kind != SPP_FRAME_NONE;
}

/**
 * Answer every whole message that is there, as long as the peer takes the replies and for TURN_US
 * at most. For what is left then the loop watches for the socket being writable, which it is, and
 * so comes back after the other connections.
 */
static int
serve(struct spp_conn *conn)
{
	uint64_t begun = spp_clock_us();
	int ret = 1;

	conn->more = false;
	while (ret > 0 && conn->reply == NULL && !conn->session.exit && !conn->more &&
	       conn->toll_us < TOLL_MIN_US) {
		ret = serve_one(conn);
		if (ret < 0)
			return ret;
		conn->more = ret > 0 && spp_clock_us() - begun >= TURN_US;
	}
	if (conn->reply == NULL)
		wait_for_more(conn);
	if (conn->reply == NULL && spp_frame_partial(&conn->frame))
		spp_loop_timer_start(conn->loop, &conn->silence, SPP_REQUEST_IDLE_MS);
	else
		spp_loop_timer_stop(conn->loop, &conn->silence);
	return 0;
}

static int
receive(struct spp_conn *conn)
{
	char bytes[RECV_SIZE];
	ssize_t received;
	int ret;

	received = recv(conn->fd, bytes, sizeof(bytes), 0);
	if (received == 0)
		return -ECONNRESET;
	if (received < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	ret = spp_frame_push(&conn->frame, bytes, (size_t)received);
	return ret < 0 ? ret : serve(conn);
}

static void
conn_ready(void *arg, int fd, short revents)
{
	struct spp_conn *conn = arg;
	int ret;

	if (conn->reply != NULL) {
		ret = send_reply(conn);
		if (ret == 0 && conn->reply == NULL)
			ret = serve(conn);
	} else if (conn->paused) {
		ret = -ECONNRESET; /* nothing else is asked for */
	} else if (conn->more) {
		ret = serve(conn);
	} else {
		ret = receive(conn);
	}
	if (ret < 0)
		conn_lost(conn, ret == -ECONNRESET ? "closed by the other side" : strerror(-ret));
}

static void
silence_expired(void *arg)
{
	struct spp_conn *conn = arg;
	size_t length = 0;
	char *reply;
	int ret;

	spp_frame_reset(&conn->frame);
	reply = spp_answer_silence(&length);
	ret = start_reply(conn, reply, length);
	if (ret < 0)
		conn_lost(conn, strerror(-ret));
}

static void
pause_expired(void *arg)
{
	struct spp_conn *conn = arg;
	int ret;

	conn->paused = false;
	ret = serve(conn);
	if (ret < 0)
		conn_lost(conn, strerror(-ret));
}

static void
stalled_expired(void *arg)
{
	conn_lost(arg, "it does not read its reply");
}

int
spp_conn_open(struct spp_conn *conn, struct spp_loop *loop, int fd,
	      const struct spp_service *service, enum spp_origin origin,
	      void (*closed)(void *arg, const char *why), void *closed_arg)
{
	int ret = spp_loop_watch(loop, fd, POLLIN, conn_ready, conn);
	bool looks = origin == SPP_FROM_LOOK;

	if (ret < 0)
		return ret;
	*conn = (struct spp_conn){
		.loop = loop,
		.service = service,
		.session = {.origin = origin},
		.fd = fd,
		.silence = {.expired = silence_expired, .arg = conn},
		.stalled = {.expired = stalled_expired, .arg = conn},
		.pause = {.expired = pause_expired, .arg = conn},
		.closed = closed,
		.closed_arg = closed_arg,
	};
	spp_frame_init(&conn->frame, looks ? SPP_LOOK_SIZE_MAX : SPP_REQUEST_SIZE_MAX,
		       looks ? SPP_LOOK_DEPTH_MAX : SPP_REQUEST_DEPTH_MAX);
	return 0;
}
