/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * "IP:PORT" to a socket address. Used by client and by the programs' option check.
 */
#ifndef SPP_CONTROL_ADDRESS_H
#define SPP_CONTROL_ADDRESS_H

#include <sys/socket.h>

#include "spp/error.h"

/** IPv4:PORT or [IPv6]:PORT, numbers only. */
int spp_address_parse(const char *text, struct sockaddr_storage *out, socklen_t *length,
		      struct spp_error *err);

#endif
