/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * "IP:PORT", or the path of a UNIX socket, to a socket address. Used by controller, and to check
 * the option -s.
 */
#ifndef SPP_CONTROL_ADDRESS_H
#define SPP_CONTROL_ADDRESS_H

#include <sys/socket.h>

#include "spp/error.h"

/** IPv4:PORT or [IPv6]:PORT, numbers only; what has a `/` in it is a path. */
int spp_address_parse(const char *text, struct sockaddr_storage *out, socklen_t *length,
		      struct spp_error *err);

#endif
