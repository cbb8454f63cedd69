/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See capture_stream.h.
 */
#include "vf/capture_stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* How often it is looked whether to stop. */
#define LOOK_MS 100

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool
spp_capture_stream_flush(struct spp_capture_stream *stream)
{
	uint64_t deadline = now_ms() + SPP_CAPTURE_READER_MS;
	struct pollfd poller = {.fd = stream->fd, .events = POLLOUT};
	size_t sent = 0;
	ssize_t nb;

	while (stream->error == 0 && sent < stream->used) {
		nb = send(stream->fd, stream->buffer + sent, stream->used - sent,
			  MSG_DONTWAIT | MSG_NOSIGNAL);
		if (nb > 0) {
			sent += (size_t)nb;
			deadline = now_ms() + SPP_CAPTURE_READER_MS;
		} else if (nb < 0 && errno != EAGAIN && errno != EINTR) {
			stream->error = errno;
		} else if (__atomic_load_n(stream->stop, __ATOMIC_RELAXED)) {
			stream->error = ECANCELED;
		} else if (now_ms() >= deadline) {
			stream->error = ETIMEDOUT;
		} else {
			poll(&poller, 1, LOOK_MS);
		}
	}
	stream->used = 0;
	return stream->error == 0;
}

bool
spp_capture_stream_put(struct spp_capture_stream *stream, const struct spp_capture_record *record,
		       const void *bytes)
{
	if (sizeof(*record) + record->captured > sizeof(stream->buffer) - stream->used &&
	    !spp_capture_stream_flush(stream))
		return false;
	memcpy(stream->buffer + stream->used, record, sizeof(*record));
	stream->used += sizeof(*record);
	if (record->captured > 0)
		memcpy(stream->buffer + stream->used, bytes, record->captured);
	stream->used += record->captured;
	return stream->error == 0;
}

int
spp_capture_receive(int fd, void *to, size_t size, unsigned int ms)
{
	uint64_t deadline = now_ms() + ms, now;
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	uint8_t *at = to;
	ssize_t nb;

	while (size > 0) {
		nb = recv(fd, at, size, MSG_DONTWAIT);
		if (nb == 0)
			return -ECONNRESET;
		if (nb < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (nb > 0) {
			at += nb;
			size -= (size_t)nb;
			continue;
		}
		now = now_ms();
		if (now >= deadline)
			return -ETIMEDOUT;
		poll(&poller, 1, (int)(deadline - now));
	}
	return 0;
}
