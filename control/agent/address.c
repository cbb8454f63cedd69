/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Addresses as text. See address.h.
 */
#include "agent/address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

void
agent_address_text(const struct sockaddr *sa, socklen_t size, char *text, size_t text_size)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
	struct sockaddr_in in = {.sin_family = AF_INET};
	char host[64], port[16];

	/* IPv4 by a socket of IPv6 */
	if (sa->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		in.sin_port = in6->sin6_port;
		memcpy(&in.sin_addr, &in6->sin6_addr.s6_addr[12], sizeof(in.sin_addr));
		sa = (const struct sockaddr *)&in;
		size = sizeof(in);
	}
	if (getnameinfo(sa, size, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(text, text_size, "unknown address");
	else if (sa->sa_family == AF_INET6)
		snprintf(text, text_size, "[%s]:%s", host, port);
	else
		snprintf(text, text_size, "%s:%s", host, port);
}

void
agent_address_of_local(int fd, char *text, size_t text_size)
{
	struct ucred cred = {.uid = (uid_t)-1};
	socklen_t size = sizeof(cred);

	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size);
	snprintf(text, text_size, "pid %d, uid %u", (int)cred.pid, cred.uid);
}
