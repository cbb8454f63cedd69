/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Requests out, replies in. See exchange.h.
 */
#include "agent/exchange.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/clock.h"

/** Bytes taken from one connection before it is the next one's turn. */
#define READ_SIZE (256u * 1024)
/** How deep a reply may nest. */
#define DEPTH_MAX 64

void
agent_exchange_open(struct agent_exchange *exchange, int fd)
{
	memset(exchange, 0, sizeof(*exchange));
	exchange->fd = fd;
	spp_frame_init(&exchange->frame, 0, DEPTH_MAX);
}

void
agent_exchange_close(struct agent_exchange *exchange)
{
	close(exchange->fd);
}

void
agent_exchange_free(struct agent_exchange *exchange)
{
	agent_out_reset(&exchange->request);
	spp_frame_fini(&exchange->frame);
}

static int
send_more(struct agent_exchange *exchange, struct spp_error *err)
{
	int ret = agent_out_flush(&exchange->request, exchange->fd);

	if (ret < 0 && ret != -EAGAIN)
		return spp_error(err, -ret, "cannot send: %s", strerror(-ret));
	return 0;
}

int
agent_exchange_ask(struct agent_exchange *exchange, struct agent_out request, size_t reply_max,
		   uint64_t timeout_ms, struct spp_error *err)
{
	exchange->busy = true;
	exchange->frame.size_max = reply_max;
	exchange->request = request;
	exchange->request_size = request.size;
	exchange->started_ms = spp_clock_ms();
	exchange->deadline_ms = exchange->started_ms + timeout_ms;
	return send_more(exchange, err);
}

short
agent_exchange_events(const struct agent_exchange *exchange)
{
	return agent_out_pending(&exchange->request) ? POLLIN | POLLOUT : POLLIN;
}

int
agent_exchange_serve(struct agent_exchange *exchange, short revents, struct spp_error *err)
{
	static char bytes[READ_SIZE];
	int ret = (revents & POLLOUT) != 0 ? send_more(exchange, err) : 0;
	ssize_t n;

	if (ret < 0 || !(revents & (POLLIN | POLLHUP | POLLERR)))
		return ret;
	n = recv(exchange->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n == 0)
		return spp_error(err, EPIPE, "the process closed the connection");
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return spp_error(err, errno, "connection lost: %s", strerror(errno));
	if (spp_frame_push(&exchange->frame, bytes, (size_t)n) < 0)
		return spp_error(err, ENOMEM, "out of memory");
	return 0;
}

int
agent_exchange_next(struct agent_exchange *exchange, const char **reply, size_t *size,
		    struct spp_error *err)
{
	switch (spp_frame_next(&exchange->frame, reply, size)) {
	case SPP_FRAME_NONE:
		if (exchange->busy || !spp_frame_partial(&exchange->frame))
			return 0;
		return spp_error(err, EPROTO, "spoke without being asked");
	case SPP_FRAME_BAD:
		return spp_error(err, EPROTO, "its reply is refused: %.*s", (int)*size, *reply);
	case SPP_FRAME_TEXT:
		return spp_error(err, EPROTO, "answered with something that is not JSON");
	case SPP_FRAME_JSON:
		break;
	}
	if (!exchange->busy)
		return spp_error(err, EPROTO, "spoke without being asked");
	if (agent_out_pending(&exchange->request))
		return spp_error(err, EPROTO, "answered before it had the whole request");
	agent_out_reset(&exchange->request);
	exchange->busy = false;
	return 1;
}
