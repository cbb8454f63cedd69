/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Opens the sockets. See listen.h.
 */
#include "agent/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "agent/holder.h"
#include "agent/log.h"
#include "spp/access.h"
#include "wiring/names.h"

/* getaddrinfo() takes the lowest 16 bits of any number. */
static bool
is_port(const char *text)
{
	unsigned int port;

	return strlen(text) <= 5 && spp_number_parse(text, UINT16_MAX, &port) == 0;
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
				 "--listen %s: not an address (IP:PORT, e.g. 127.0.0.1:5555, "
				 "[IPv6]:PORT, or the path of a UNIX socket)",
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

/* Which of ours is in the way? NULL: none. */
static const char *
own_holder(const struct agent_listeners *listeners, uint16_t port)
{
	for (unsigned int i = 0; i < listeners->nb_peers; i++) {
		const struct agent_listener *one = &listeners->peers[i];
		struct sockaddr_storage sa = {0};
		socklen_t size = sizeof(sa);

		if (!one->local && getsockname(one->fd, (struct sockaddr *)&sa, &size) == 0 &&
		    port_of(&sa) == port)
			return one->address;
	}
	return NULL;
}

static int
bind_error(const struct agent_listeners *listeners, const char *address,
	   const struct sockaddr_storage *sa, int code, struct spp_error *err)
{
	char holder[64] = "";
	const char *own;

	if (code != EADDRINUSE)
		return spp_error(err, code, "%s: cannot listen: %s", address, strerror(code));
	if (agent_holder_of(sa, holder, sizeof(holder)) == getpid()) {
		own = own_holder(listeners, port_of(sa));
		return spp_error(err, EINVAL, "--listen %s: is within --listen %s (leave one out)",
				 address, own != NULL ? own : "of before");
	}
	return spp_error(err, code, "%s: port in use%s; stop it or choose another --listen IP:PORT",
			 address, holder);
}

/* [::] takes IPv4 as well, unless an address of IPv4 with its port is listened on, too. */
static bool
has_v4_of_port(const char *const addresses[], unsigned int nb, uint16_t port)
{
	struct sockaddr_storage sa = {0};
	socklen_t size;

	for (unsigned int i = 0; i < nb; i++) {
		if (strchr(addresses[i], '/') == NULL &&
		    parse_address(addresses[i], &sa, &size, NULL) == 0 && sa.ss_family == AF_INET &&
		    port_of(&sa) == port)
			return true;
	}
	return false;
}

static int
listen_tcp(struct agent_listeners *listeners, const char *address, bool v6_only,
	   const struct sockaddr_storage *sa, socklen_t size, struct spp_error *err)
{
	struct agent_listener *listener = &listeners->peers[listeners->nb_peers];
	struct sockaddr_storage bound = {0};
	int on = 1, fd, ret;

	fd = socket(sa->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return spp_error(err, errno, "%s: no socket: %s", address, strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (v6_only)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)sa, size) < 0 || listen(fd, SOMAXCONN) < 0) {
		ret = bind_error(listeners, address, sa, errno, err);
		close(fd);
		return ret;
	}
	/* With port 0 the kernel has chosen one: say which. */
	size = sizeof(bound);
	getsockname(fd, (struct sockaddr *)&bound, &size);
	*listener = (struct agent_listener){.fd = fd};
	agent_address_text((struct sockaddr *)&bound, size, listener->address,
			   sizeof(listener->address));
	return 0;
}

static int
listen_unix(struct agent_listener *listener, const char *path, gid_t group, struct spp_error *err)
{
	struct stat st = {0};
	int fd = spp_access_listen(path, group, err);

	if (fd < 0)
		return fd;
	stat(path, &st);
	*listener = (struct agent_listener){
		.fd = fd, .local = true, .dev = st.st_dev, .ino = st.st_ino};
	snprintf(listener->address, sizeof(listener->address), "%s", path);
	return 0;
}

int
agent_listen_peers(struct agent_listeners *listeners, const char *const addresses[],
		   unsigned int nb, struct spp_error *err)
{
	struct sockaddr_storage sa = {0};
	socklen_t size;
	int ret = 0;

	for (unsigned int i = 0; i < nb && ret == 0; i++) {
		if (strchr(addresses[i], '/') != NULL) {
			ret = listen_unix(&listeners->peers[i], addresses[i], SPP_NO_GROUP, err);
		} else {
			ret = parse_address(addresses[i], &sa, &size, err);
			if (ret == 0)
				ret = listen_tcp(
					listeners, addresses[i],
					sa.ss_family == AF_INET6 &&
						has_v4_of_port(addresses, nb, port_of(&sa)),
					&sa, size, err);
		}
		if (ret < 0)
			return ret;
		agent_log(LOG_NOTICE, "listening on %s", listeners->peers[i].address);
		listeners->nb_peers++;
	}
	return 0;
}

int
agent_listen_local(struct agent_listeners *listeners, const char *path, struct spp_error *err)
{
	static const char sock[] = ".sock";
	char look[AGENT_ADDRESS_SIZE];
	size_t length = strlen(path);
	int ret = listen_unix(&listeners->local, path, listeners->group, err);

	if (ret < 0 || listeners->look_group == SPP_NO_GROUP)
		return ret;
	if (length > strlen(sock) && strcmp(path + length - strlen(sock), sock) == 0)
		length -= strlen(sock);
	if (snprintf(look, sizeof(look), "%.*s.look", (int)length, path) >= (int)sizeof(look))
		return spp_error(err, ENAMETOOLONG, "%s: too long for a socket", path);
	return listen_unix(&listeners->look, look, listeners->look_group, err);
}

static void
close_listener(struct agent_listener *listener)
{
	struct stat st;

	close(listener->fd);
	listener->fd = -1;
	/* Not when somebody has put another socket there since. */
	if (listener->local && stat(listener->address, &st) == 0 && st.st_dev == listener->dev &&
	    st.st_ino == listener->ino)
		unlink(listener->address);
}

void
agent_listen_close(struct agent_listeners *listeners)
{
	for (unsigned int i = 0; i < listeners->nb_peers; i++)
		close_listener(&listeners->peers[i]);
	listeners->nb_peers = 0;
	if (listeners->local.fd >= 0)
		close_listener(&listeners->local);
	if (listeners->look.fd >= 0)
		close_listener(&listeners->look);
}
