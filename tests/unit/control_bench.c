/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A control part on a thread of its own. See control_bench.h.
 */
#include "control_bench.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit.h"

#define DEADLINE_MS 10000

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char log_text[16384];

static void
log_line(int priority, const char *line)
{
	size_t used;

	pthread_mutex_lock(&log_lock);
	used = strlen(log_text);
	snprintf(log_text + used, sizeof(log_text) - used, "%s\n", line);
	pthread_mutex_unlock(&log_lock);
}

const char *
bench_log(void)
{
	static char copy[sizeof(log_text)];

	pthread_mutex_lock(&log_lock);
	memcpy(copy, log_text, sizeof(copy));
	pthread_mutex_unlock(&log_lock);
	return copy;
}

static void *
run(void *arg)
{
	struct control_bench *b = arg;

	return (void *)(intptr_t)spp_control_run(b->control);
}

/** @param port 0: any that is free */
static int
listen_at(struct control_bench *b, uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	socklen_t length = sizeof(address);
	int on = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	b->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (b->listener < 0 ||
	    setsockopt(b->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(b->listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(b->listener, 8) < 0 ||
	    getsockname(b->listener, (struct sockaddr *)&address, &length) < 0)
		return -1;
	b->port = ntohs(address.sin_port);
	snprintf(b->address, sizeof(b->address), "127.0.0.1:%u", b->port);
	return 0;
}

void
bench_listener_stop(struct control_bench *b)
{
	close(b->listener);
	close(b->fd);
	b->fd = -1;
}

void
bench_listener_start(struct control_bench *b)
{
	assert_int_equal(listen_at(b, b->port), 0);
}

int
bench_set_up(void **state)
{
	struct control_bench *b = calloc(1, sizeof(*b));
	struct spp_control_config config = {.process_id = 1, .dataplane = &fake_ops};
	struct spp_error err;

	fake_init(&b->fake);
	log_text[0] = '\0';
	b->fd = -1;
	snprintf(b->directory, sizeof(b->directory), "/tmp/spp-test-XXXXXX");
	if (mkdtemp(b->directory) == NULL || listen_at(b, 0) < 0)
		return -1;
	snprintf(b->local_path, sizeof(b->local_path), "%s/run/vf-1.sock", b->directory);
	spp_frame_init(&b->replies, 64u << 20, 64);
	config.controller = b->address;
	config.local_socket = b->local_path;
	config.dataplane_ctx = &b->fake;
	config.log = log_line;
	if (spp_control_create(&config, &b->control, &err) < 0)
		return -1;
	*state = b;
	return pthread_create(&b->thread, NULL, run, b);
}

int
bench_tear_down(void **state)
{
	struct control_bench *b = *state;
	char run_directory[64];
	void *ret;

	spp_control_stop(b->control);
	pthread_join(b->thread, &ret);
	spp_control_destroy(b->control);
	if (b->fd >= 0)
		close(b->fd);
	close(b->listener);
	spp_frame_fini(&b->replies);
	snprintf(run_directory, sizeof(run_directory), "%s/run", b->directory);
	/* Also proves that the socket is gone: else the directory is not empty. */
	if (ret != NULL || rmdir(run_directory) < 0 || rmdir(b->directory) < 0)
		return -1;
	free(b);
	return 0;
}

static void
wait_for(int fd, short events)
{
	struct pollfd waiting = {.fd = fd, .events = events};

	assert_int_equal(poll(&waiting, 1, DEADLINE_MS), 1);
}

void
bench_accept(struct control_bench *b)
{
	if (b->fd >= 0)
		close(b->fd);
	spp_frame_reset(&b->replies);
	wait_for(b->listener, POLLIN);
	b->fd = accept(b->listener, NULL, NULL);
	assert_true(b->fd >= 0);
}

void
bench_send(struct control_bench *b, const char *bytes, size_t length)
{
	ssize_t sent;

	for (; length > 0; bytes += sent, length -= (size_t)sent) {
		wait_for(b->fd, POLLOUT);
		sent = send(b->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		assert_true(sent > 0);
	}
}

void
bench_send_text(struct control_bench *b, const char *text)
{
	bench_send(b, text, strlen(text));
}

const char *
bench_reply(struct control_bench *b)
{
	static char reply[4u << 20];
	enum spp_frame_kind kind;
	static char bytes[65536];
	const char *data;
	size_t length;
	ssize_t received;

	while ((kind = spp_frame_next(&b->replies, &data, &length)) == SPP_FRAME_NONE) {
		wait_for(b->fd, POLLIN);
		received = recv(b->fd, bytes, sizeof(bytes), 0);
		assert_true(received > 0);
		assert_int_equal(spp_frame_push(&b->replies, bytes, (size_t)received), 0);
	}
	assert_int_equal(kind, SPP_FRAME_JSON);
	assert_true(length < sizeof(reply));
	memcpy(reply, data, length);
	reply[length] = '\0';
	return reply;
}

void
bench_expect_silence(struct control_bench *b, int ms)
{
	struct pollfd waiting = {.fd = b->fd, .events = POLLIN};

	assert_int_equal(poll(&waiting, 1, ms), 0);
}

int
bench_local_connect(const struct control_bench *b)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", b->local_path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

char *
bench_local_ask(int fd, const char *text)
{
	struct spp_frame frame;
	char bytes[4096], *reply;
	const char *data;
	size_t length;
	ssize_t received;

	spp_frame_init(&frame, 64u << 20, 64);
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	while (spp_frame_next(&frame, &data, &length) == SPP_FRAME_NONE) {
		wait_for(fd, POLLIN);
		received = recv(fd, bytes, sizeof(bytes), 0);
		assert_true(received > 0);
		assert_int_equal(spp_frame_push(&frame, bytes, (size_t)received), 0);
	}
	reply = strndup(data, length);
	spp_frame_fini(&frame);
	return reply;
}
