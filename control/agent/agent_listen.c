/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Opens the sockets spp_agent listens on: TCP for the processes, a UNIX socket for sppctl.
 * Called once, by agent_main.c, before the loop runs.
 */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "agent.h"

/* getaddrinfo() takes the lowest 16 bits of any number. */
static bool
is_port(const char *text)
{
	size_t length = strlen(text);

	return length >= 1 && length <= 5 && strspn(text, "0123456789") == length &&
	       atoi(text) <= UINT16_MAX;
}

/* "IP:PORT" or "[IPv6]:PORT" into a socket address. */
static int
parse_address(const char *text, struct sockaddr_storage *out, socklen_t *size,
	      struct spp_error *err)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
				 .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char host[AGENT_ADDRESS_SIZE];
	char *colon, *start = host;

	snprintf(host, sizeof(host), "%s", text);
	colon = strrchr(host, ':');
	if (colon != NULL) {
		*colon = '\0';
		if (host[0] == '[' && colon[-1] == ']') {
			colon[-1] = '\0';
			start++;
		}
	}
	if (colon == NULL || *start == '\0' || !is_port(colon + 1) ||
	    getaddrinfo(start, colon + 1, &hints, &found) != 0)
		return spp_error(err, EINVAL,
				 "--listen %s: not an address (IP:PORT, e.g. 127.0.0.1:5555, or "
				 "[IPv6]:PORT)",
				 text);
	memcpy(out, found->ai_addr, found->ai_addrlen);
	*size = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

static uint16_t
port_of(const struct sockaddr_storage *sa)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;

	return ntohs(sa->ss_family == AF_INET6 ? in6->sin6_port : in->sin_port);
}

static int
bind_error(const char *address, const struct sockaddr_storage *sa, int code, struct spp_error *err)
{
	char holder[64] = "";

	if (code != EADDRINUSE)
		return spp_error(err, code, "%s: cannot listen: %s", address, strerror(code));
	agent_holder_of_port(port_of(sa), holder, sizeof(holder));
	return spp_error(err, code, "%s: port in use%s; stop it or choose another --listen IP:PORT",
			 address, holder);
}

int
agent_listen_tcp(struct agent *agent, const char *address, struct spp_error *err)
{
	struct agent_listener *listener;
	struct sockaddr_storage sa = {0};
	socklen_t size = sizeof(sa);
	int on = 1, fd, ret;

	if (agent->nb_listeners == AGENT_LISTEN_MAX)
		return spp_error(err, E2BIG, "--listen %s: at most %d addresses", address,
				 AGENT_LISTEN_MAX);
	ret = parse_address(address, &sa, &size, err);
	if (ret < 0)
		return ret;
	fd = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return spp_error(err, errno, "%s: no socket: %s", address, strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&sa, size) < 0 || listen(fd, SOMAXCONN) < 0) {
		ret = bind_error(address, &sa, errno, err);
		close(fd);
		return ret;
	}
	/* With port 0 the kernel has chosen one: say which. */
	size = sizeof(sa);
	getsockname(fd, (struct sockaddr *)&sa, &size);
	listener = &agent->listeners[agent->nb_listeners++];
	listener->fd = fd;
	agent_address_text((struct sockaddr *)&sa, size, listener->address,
			   sizeof(listener->address));
	agent_log(LOG_NOTICE, "listening on %s", listener->address);
	return 0;
}

/* Removes the socket a killed agent left; refuses what is alive or is no socket. */
static int
clear_stale(const char *path, const struct sockaddr_un *sa, struct spp_error *err)
{
	struct ucred cred = {0};
	socklen_t size = sizeof(cred);
	struct stat st;
	int fd, ret;

	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return spp_error(err, EEXIST,
				 "%s: exists and is not a socket; choose another --socket", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return spp_error(err, errno, "%s: no socket: %s", path, strerror(errno));
	ret = connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) < 0 ? -errno : 0;
	if (ret == 0)
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size);
	close(fd);
	if (ret == -ECONNREFUSED)
		return unlink(path) < 0 ? spp_error(err, errno, "%s: cannot remove it: %s", path,
						    strerror(errno))
					: 0;
	if (ret == 0)
		return spp_error(err, EADDRINUSE,
				 "%s: in use by pid %d; stop it or choose another --socket", path,
				 (int)cred.pid);
	return spp_error(err, EADDRINUSE, "%s: in use; choose another --socket", path);
}

static void
make_parent(const char *path)
{
	char dir[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (slash == NULL || slash == dir)
		return;
	*slash = '\0';
	mkdir(dir, 0755); /* if this fails, bind() says why */
}

int
agent_listen_local(struct agent *agent, const char *path, struct spp_error *err)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct stat st;
	mode_t mask;
	int fd, ret;

	if (strlen(path) >= sizeof(sa.sun_path))
		return spp_error(err, ENAMETOOLONG, "--socket %s: longer than %zu characters", path,
				 sizeof(sa.sun_path) - 1);
	memcpy(sa.sun_path, path, strlen(path) + 1);
	make_parent(path);
	ret = clear_stale(path, &sa, err);
	if (ret < 0)
		return ret;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return spp_error(err, errno, "%s: no socket: %s", path, strerror(errno));
	mask = umask(0177);
	ret = bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 || listen(fd, SOMAXCONN) < 0 ? -errno
											    : 0;
	umask(mask);
	if (ret < 0) {
		close(fd);
		return spp_error(err, -ret, "%s: cannot listen: %s", path, strerror(-ret));
	}
	if (stat(path, &st) == 0) {
		agent->local_dev = st.st_dev;
		agent->local_ino = st.st_ino;
	}
	agent->local.fd = fd;
	snprintf(agent->local.address, sizeof(agent->local.address), "%s", path);
	return 0;
}

void
agent_listen_close(struct agent *agent)
{
	const char *path = agent->local.address;
	struct stat st;

	for (unsigned int i = 0; i < agent->nb_listeners; i++)
		close(agent->listeners[i].fd);
	agent->nb_listeners = 0;
	if (agent->local.fd < 0)
		return;
	close(agent->local.fd);
	agent->local.fd = -1;
	/* Not when somebody has put another socket there since. */
	if (stat(path, &st) == 0 && st.st_dev == agent->local_dev && st.st_ino == agent->local_ino)
		unlink(path);
}
