/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The address of a socket as text, for log lines and for `sppctl ls`.
 */
#ifndef SPP_AGENT_ADDRESS_H
#define SPP_AGENT_ADDRESS_H

#include <stddef.h>
#include <sys/socket.h>

/** "[IPv6]:65535", a path of the UNIX socket. */
#define AGENT_ADDRESS_SIZE 128

/** "127.0.0.1:5555", "[::1]:5555". */
void agent_address_text(const struct sockaddr *sa, socklen_t size, char *text, size_t text_size);

/** Who is at the other end of a UNIX socket: "pid 4242, uid 0". */
void agent_address_of_local(int fd, char *text, size_t text_size);

#endif
