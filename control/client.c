/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The connection to the controller. See client.h.
 */
#include "client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "address.h"
#include "conn.h"
#include "status.h"

#define PAUSE_MIN_MS 50
#define PAUSE_MAX_MS 1000
/** How long one attempt to connect may take: the network may swallow it without a word. */
#define CONNECT_MS 3000
/** A peer whose machine is gone is noticed within so many milliseconds. */
#define DEAD_PEER_MS 10000
/** A reply of the text dialect goes into the socket in one piece. */
#define SEND_BUFFER_SIZE (2 * 65536)

struct spp_client {
	struct spp_loop *loop;
	const struct spp_service *service;
	void (*log)(int priority, const char *line);
	struct spp_controller controller;
	struct sockaddr_storage address;
	socklen_t address_length;
	enum { CLIENT_WAITING, CLIENT_CONNECTING, CLIENT_CONNECTED } state;
	int connecting_fd;
	struct spp_conn conn;
	struct spp_timer timer; /**< end of the pause, or of the attempt to connect */
	unsigned int pause_ms;
	uint64_t connected_ms; /**< since when */
	bool said_unreachable; /**< once per outage */
	struct spp_limiter said;
};

static void client_connect(struct spp_client *client);

static void
client_log(struct spp_client *client, int priority, const char *what, const char *why)
{
	char line[256];

	if (client->log == NULL || !spp_limiter_take(&client->said, spp_loop_now_ms()))
		return;
	snprintf(line, sizeof(line), "controller %s: %s%s%s", client->controller.address, what,
		 why != NULL ? ": " : "", why != NULL ? why : "");
	client->log(priority, line);
}

static void
client_wait(struct spp_client *client)
{
	client->state = CLIENT_WAITING;
	spp_loop_timer_start(client->loop, &client->timer, client->pause_ms);
	client->pause_ms =
		client->pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : client->pause_ms * 2;
}

static void
connection_lost(void *arg, const char *why)
{
	struct spp_client *client = arg;

	client->controller.connected = false;
	if (client->service->txn != NULL)
		spp_txn_cancel(client->service->txn);
	client_log(client, LOG_WARNING, "connection lost", why);
	/* One that is dropped as soon as it stands (a wrong port, say) is not called at once. */
	if (spp_loop_now_ms() - client->connected_ms > PAUSE_MAX_MS)
		client->pause_ms = PAUSE_MIN_MS;
	client_wait(client);
}

static void
connect_failed(struct spp_client *client, int error)
{
	spp_loop_timer_stop(client->loop, &client->timer);
	spp_loop_unwatch(client->loop, client->connecting_fd);
	close(client->connecting_fd);
	client->connecting_fd = -1;
	if (!client->said_unreachable)
		client_log(client, LOG_NOTICE, "not reachable, trying on", strerror(error));
	client->said_unreachable = true;
	client_wait(client);
}

/** Notice a controller whose machine or network is gone without a word. */
static void
set_up_socket(int fd)
{
	int on = 1, idle_s = 4, interval_s = 2, probes = 3, timeout_ms = DEAD_PEER_MS;
	int buffer_size = SEND_BUFFER_SIZE;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof(interval_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer_size, sizeof(buffer_size));
}

/** A connection to a free local port may, by chance, end up at itself. */
static bool
connected_to_itself(int fd)
{
	struct sockaddr_storage us = {0}, peer = {0};
	socklen_t us_length = sizeof(us), peer_length = sizeof(peer);

	if (getsockname(fd, (struct sockaddr *)&us, &us_length) < 0 ||
	    getpeername(fd, (struct sockaddr *)&peer, &peer_length) < 0)
		return false;
	return us_length == peer_length && memcmp(&us, &peer, us_length) == 0;
}

static void
connect_ready(void *arg, int fd, short revents)
{
	struct spp_client *client = arg;
	socklen_t length = sizeof(int);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	if (error == 0 && connected_to_itself(fd))
		error = ECONNREFUSED;
	if (error == 0) {
		spp_loop_timer_stop(client->loop, &client->timer);
		spp_loop_unwatch(client->loop, fd);
		error = -spp_conn_open(&client->conn, client->loop, fd, client->service,
				       SPP_FROM_CONTROLLER, connection_lost, client);
	}
	if (error != 0) {
		connect_failed(client, error);
		return;
	}
	client->connecting_fd = -1;
	client->state = CLIENT_CONNECTED;
	client->controller.connected = true;
	client->connected_ms = spp_loop_now_ms();
	client->said_unreachable = false;
	client_log(client, LOG_NOTICE, "connected", NULL);
}

static void
client_connect(struct spp_client *client)
{
	int fd = socket(client->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		client_wait(client);
		return;
	}
	set_up_socket(fd);
	client->connecting_fd = fd;
	client->state = CLIENT_CONNECTING;
	if (connect(fd, (struct sockaddr *)&client->address, client->address_length) < 0 &&
	    errno != EINPROGRESS) {
		connect_failed(client, errno);
		return;
	}
	if (spp_loop_watch(client->loop, fd, POLLOUT, connect_ready, client) < 0)
		connect_failed(client, ENOMEM);
	else
		spp_loop_timer_start(client->loop, &client->timer, CONNECT_MS);
}

static void
timer_expired(void *arg)
{
	struct spp_client *client = arg;

	if (client->state == CLIENT_CONNECTING)
		connect_failed(client, ETIMEDOUT);
	else
		client_connect(client);
}

int
spp_client_create(struct spp_loop *loop, const char *address, const struct spp_service *service,
		  void (*log)(int priority, const char *line), struct spp_client **out,
		  struct spp_error *err)
{
	struct spp_client *client = calloc(1, sizeof(*client));
	int ret;

	if (client == NULL)
		return spp_error(err, ENOMEM, "out of memory");
	ret = spp_address_parse(address, &client->address, &client->address_length, err);
	if (ret < 0) {
		free(client);
		return ret;
	}
	snprintf(client->controller.address, sizeof(client->controller.address), "%s", address);
	client->loop = loop;
	client->service = service;
	client->log = log;
	client->connecting_fd = -1;
	client->timer = (struct spp_timer){.expired = timer_expired, .arg = client};
	client->pause_ms = PAUSE_MIN_MS;
	client_connect(client);
	*out = client;
	return 0;
}

const struct spp_controller *
spp_client_controller(const struct spp_client *client)
{
	return &client->controller;
}

void
spp_client_destroy(struct spp_client *client)
{
	if (client == NULL)
		return;
	spp_loop_timer_stop(client->loop, &client->timer);
	if (client->state == CLIENT_CONNECTED)
		spp_conn_close(&client->conn);
	if (client->connecting_fd >= 0) {
		spp_loop_unwatch(client->loop, client->connecting_fd);
		close(client->connecting_fd);
	}
	free(client);
}
