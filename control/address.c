/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * "IP:PORT" to a socket address. See address.h.
 */
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "names.h"
#include "spp/control.h"

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
			 "\"%.80s\" is not an address (IP:PORT as 127.0.0.1:5555, or [IPv6]:PORT)",
			 text);
}

int
spp_control_check_address(const char *text, struct spp_error *err)
{
	struct sockaddr_storage address;
	socklen_t length;

	return spp_address_parse(text, &address, &length, err);
}
