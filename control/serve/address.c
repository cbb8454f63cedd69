/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Reads addresses. See address.h. Implements spp_control_check_address() of include/spp/control.h.
 */
#include "serve/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "spp/control.h"
#include "wire/tcp_table.h"
#include "wiring/names.h"

static int
parse_path(const char *path, struct sockaddr_storage *out, socklen_t *length, struct spp_error *err)
{
	struct sockaddr_un *un = (struct sockaddr_un *)out;

	if (strlen(path) >= sizeof(un->sun_path))
		return spp_error(err, ENAMETOOLONG,
				 "%.200s: has %zu characters (the path of a socket may have %zu)",
				 path, strlen(path), sizeof(un->sun_path) - 1);
	memset(out, 0, sizeof(*out));
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path, strlen(path) + 1);
	*length = sizeof(*un);
	return 0;
}

int
spp_address_parse(const char *text, struct sockaddr_storage *out, socklen_t *length,
		  struct spp_error *err)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2];
	unsigned int port;
	size_t size;

	if (strchr(text, '/') != NULL)
		return parse_path(text, out, length, err);
	memset(out, 0, sizeof(*out));
	size = colon != NULL ? (size_t)(colon - text) : 0;
	if (size == 0 || size >= sizeof(host) || spp_number_parse(colon + 1, 65535, &port) < 0 ||
	    port == 0)
		goto bad;
	memcpy(host, text, size);
	host[size] = '\0';
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		*length = sizeof(*v4);
		return 0;
	}
	if (host[0] != '[' || host[size - 1] != ']')
		goto bad;
	host[size - 1] = '\0';
	if (inet_pton(AF_INET6, host + 1, &v6->sin6_addr) != 1)
		goto bad;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	*length = sizeof(*v6);
	return 0;

bad:
	return spp_error(err, EINVAL,
			 "\"%.80s\" is not an address (IP:PORT as 127.0.0.1:5555, [IPv6]:PORT, or "
			 "the path of a UNIX socket with a / in it)",
			 text);
}

int
spp_control_check_address(const char *text, bool checked, struct spp_error *err)
{
	struct sockaddr_storage address;
	socklen_t length;
	int ret = spp_address_parse(text, &address, &length, err);

	if (ret == 0 && checked && address.ss_family != AF_UNIX && !spp_tcp_is_loopback(&address))
		return spp_error(err, EINVAL,
				 "%.80s: who listens there can be checked on this host only "
				 "(127.0.0.1:PORT, [::1]:PORT, or the path of a UNIX socket)",
				 text);
	return ret;
}
