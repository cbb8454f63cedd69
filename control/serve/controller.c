/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The connection to the controller. See controller.h.
 */
#include "serve/controller.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "serve/address.h"
#include "serve/conn.h"
#include "serve/trust.h"
#include "wire/clock.h"
#include "json/status_parts.h"

#define PAUSE_MIN_MS 50
#define PAUSE_MAX_MS 1000
/** How long one attempt to connect may take: the network may swallow it without a word. */
#define CONNECT_MS 3000
/** A peer whose machine is gone is noticed within so many milliseconds. */
#define DEAD_PEER_MS 10000
/** A reply of the text dialect goes into the socket in one piece. */
#define SEND_BUFFER_SIZE (2 * 65536)

struct spp_controller_link {
	struct spp_loop *loop;
	const struct spp_service *service;
	struct spp_controller_config config;
	struct spp_controller shown; /**< what status shows */
	struct sockaddr_storage address;
	socklen_t address_length;
	enum { LINK_WAITING, LINK_CONNECTING, LINK_CONNECTED } state;
	int connecting_fd;
	struct spp_conn conn;
	struct spp_timer timer; /**< end of the pause, or of the attempt to connect */
	unsigned int pause_ms;
	uint64_t connected_ms;           /**< since when */
	char failed[SPP_TRUST_WHY_SIZE]; /**< why it is not connected, as it was said */
	struct spp_limiter said;
};

static void link_connect(struct spp_controller_link *link);

static void
link_log(struct spp_controller_link *link, int priority, const char *what, const char *why)
{
	char line[SPP_ERROR_SIZE];

	if (link->config.log == NULL || !spp_limiter_take(&link->said, spp_clock_ms()))
		return;
	snprintf(line, sizeof(line), "controller %s: %s%s%s", link->shown.address, what,
		 why != NULL ? ": " : "", why != NULL ? why : "");
	link->config.log(priority, line);
}

static void
link_wait(struct spp_controller_link *link)
{
	link->state = LINK_WAITING;
	spp_loop_timer_start(link->loop, &link->timer, link->pause_ms);
	link->pause_ms = link->pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : link->pause_ms * 2;
}

static void
connection_lost(void *arg, const char *why)
{
	struct spp_controller_link *link = arg;

	link->shown.connected = false;
	if (link->service->txn != NULL)
		spp_txn_cancel(link->service->txn);
	link_log(link, LOG_WARNING, "connection lost", why);
	/* A connection that ends as soon as it stands (a wrong port, say): the pause grows on. */
	if (spp_clock_ms() - link->connected_ms > PAUSE_MAX_MS)
		link->pause_ms = PAUSE_MIN_MS;
	link_wait(link);
}

/** @param why of the line in the log, which is written when it is another than before */
static void
connect_failed(struct spp_controller_link *link, int priority, const char *what, const char *why)
{
	spp_loop_timer_stop(link->loop, &link->timer);
	spp_loop_unwatch(link->loop, link->connecting_fd);
	close(link->connecting_fd);
	link->connecting_fd = -1;
	if (strcmp(link->failed, why) != 0)
		link_log(link, priority, what, why);
	snprintf(link->failed, sizeof(link->failed), "%s", why);
	link_wait(link);
}

static void
not_reachable(struct spp_controller_link *link, int error)
{
	connect_failed(link, LOG_NOTICE, "not reachable, trying on", strerror(error));
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

/** A socket that connects to a local port nobody listens on may get that port as its own. */
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

/** The connection stands: is it one that we listen to? */
static bool
is_trusted(struct spp_controller_link *link, int fd)
{
	struct spp_trust trust = spp_trust_look(fd, link->config.user);

	if (trust.good)
		return true;
	if (trust.local || link->config.checked) {
		connect_failed(link, LOG_WARNING, "refused, trying on", trust.why);
		return false;
	}
	/* As it always was: whoever listens on the port. */
	if (trust.why[0] != '\0')
		link_log(link, LOG_WARNING, "whoever listens there controls this process",
			 trust.why);
	return true;
}

static void
connect_ready(void *arg, int fd, short revents)
{
	struct spp_controller_link *link = arg;
	socklen_t length = sizeof(int);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	if (error == 0 && connected_to_itself(fd))
		error = ECONNREFUSED;
	if (error == 0 && !is_trusted(link, fd))
		return;
	if (error == 0) {
		spp_loop_timer_stop(link->loop, &link->timer);
		spp_loop_unwatch(link->loop, fd);
		error = -spp_conn_open(&link->conn, link->loop, fd, link->service,
				       SPP_FROM_CONTROLLER, connection_lost, link);
	}
	if (error != 0) {
		not_reachable(link, error);
		return;
	}
	link->connecting_fd = -1;
	link->state = LINK_CONNECTED;
	link->shown.connected = true;
	link->connected_ms = spp_clock_ms();
	link->failed[0] = '\0';
	link_log(link, LOG_NOTICE, "connected", NULL);
}

static void
link_connect(struct spp_controller_link *link)
{
	int fd = socket(link->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		link_wait(link);
		return;
	}
	set_up_socket(fd);
	link->connecting_fd = fd;
	link->state = LINK_CONNECTING;
	if (connect(fd, (struct sockaddr *)&link->address, link->address_length) < 0 &&
	    errno != EINPROGRESS) {
		not_reachable(link, errno);
		return;
	}
	if (spp_loop_watch(link->loop, fd, POLLOUT, connect_ready, link) < 0)
		not_reachable(link, ENOMEM);
	else
		spp_loop_timer_start(link->loop, &link->timer, CONNECT_MS);
}

static void
timer_expired(void *arg)
{
	struct spp_controller_link *link = arg;

	if (link->state == LINK_CONNECTING)
		not_reachable(link, ETIMEDOUT);
	else
		link_connect(link);
}

int
spp_controller_link_create(struct spp_loop *loop, const struct spp_controller_config *config,
			   const struct spp_service *service, struct spp_controller_link **out,
			   struct spp_error *err)
{
	struct spp_controller_link *link = calloc(1, sizeof(*link));
	int ret;

	if (link == NULL)
		return spp_error(err, ENOMEM, "out of memory");
	ret = spp_address_parse(config->address, &link->address, &link->address_length, err);
	if (ret < 0) {
		free(link);
		return ret;
	}
	snprintf(link->shown.address, sizeof(link->shown.address), "%s", config->address);
	link->loop = loop;
	link->service = service;
	link->config = *config;
	link->connecting_fd = -1;
	link->timer = (struct spp_timer){.expired = timer_expired, .arg = link};
	link->pause_ms = PAUSE_MIN_MS;
	link_connect(link);
	*out = link;
	return 0;
}

const struct spp_controller *
spp_controller_link_shown(const struct spp_controller_link *link)
{
	return &link->shown;
}

void
spp_controller_link_destroy(struct spp_controller_link *link)
{
	if (link == NULL)
		return;
	spp_loop_timer_stop(link->loop, &link->timer);
	if (link->state == LINK_CONNECTED)
		spp_conn_close(&link->conn);
	if (link->connecting_fd >= 0) {
		spp_loop_unwatch(link->loop, link->connecting_fd);
		close(link->connecting_fd);
	}
	free(link);
}
