/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Opens the sockets. See listen.h.
 */
#include "monitor/listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spp/access.h"
#include "wiring/names.h"

/** Connections that wait to be taken: clients by the thousand are not refused, they wait. */
#define LISTEN_BACKLOG 1024

static int
parse(const char *text, struct sockaddr_storage *out, socklen_t *size, struct spp_error *err)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
				 .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char host[64], *start = host, *colon;
	unsigned int port;

	snprintf(host, sizeof(host), "%s", text);
	colon = strrchr(host, ':');
	if (colon != NULL && colon > host) {
		*colon = '\0';
		if (host[0] == '[' && colon[-1] == ']') {
			colon[-1] = '\0';
			start++;
		}
	}
	/* getaddrinfo() takes the lowest 16 bits of any number. */
	if (colon == NULL || *start == '\0' || spp_number_parse(colon + 1, UINT16_MAX, &port) < 0 ||
	    getaddrinfo(start, colon + 1, &hints, &found) != 0)
		return spp_error(err, EINVAL,
				 "--listen %.100s: not an address (IP:PORT, e.g. 127.0.0.1:10555, "
				 "[IPv6]:PORT, or the path of a UNIX socket)",
				 text);
	memcpy(out, found->ai_addr, found->ai_addrlen);
	*size = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

/* As it is bound: with port 0 the kernel has chosen one. */
static void
read_back(struct monitor_listener *listener)
{
	struct sockaddr_storage bound = {0};
	socklen_t size = sizeof(bound);
	char host[64] = "?", port[8] = "?";

	getsockname(listener->fd, (struct sockaddr *)&bound, &size);
	getnameinfo((struct sockaddr *)&bound, size, host, sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(listener->address, sizeof(listener->address),
		 bound.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static int
listen_tcp(struct monitor_listener *out, const char *text, struct spp_error *err)
{
	struct sockaddr_storage address = {0};
	socklen_t size = 0;
	int on = 1, ret = parse(text, &address, &size, err);

	if (ret < 0)
		return ret;
	out->fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (out->fd < 0)
		return spp_error(err, errno, "%.100s: no socket: %s", text, strerror(errno));
	setsockopt(out->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(out->fd, (const struct sockaddr *)&address, size) < 0 ||
	    listen(out->fd, LISTEN_BACKLOG) < 0) {
		ret = spp_error(err, errno, "--listen %.100s: cannot listen: %s%s", text,
				strerror(errno),
				errno == EADDRINUSE ? " (choose another port)" : "");
		close(out->fd);
		return ret;
	}
	read_back(out);
	return 0;
}

int
monitor_listen(struct monitor_listener *out, const char *text, gid_t group, struct spp_error *err)
{
	struct stat st = {0};

	*out = (struct monitor_listener){.local = strchr(text, '/') != NULL};
	if (!out->local)
		return listen_tcp(out, text, err);
	out->fd = spp_access_listen(text, group, err);
	if (out->fd < 0)
		return out->fd;
	stat(text, &st);
	out->dev = st.st_dev;
	out->ino = st.st_ino;
	snprintf(out->address, sizeof(out->address), "%s", text);
	return 0;
}

void
monitor_listen_forget(const struct monitor_listener *listener)
{
	struct stat st;

	/* Not when somebody has put another socket there since. */
	if (listener->local && stat(listener->address, &st) == 0 && st.st_dev == listener->dev &&
	    st.st_ino == listener->ino)
		unlink(listener->address);
}
