/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Whose the TCP sockets of this host are: the kernel's tables /proc/net/tcp and tcp6, proc(5), of
 * our network namespace. Used by serve/controller and by spp_agent. Any thread.
 */
#ifndef SPP_WIRE_TCP_TABLE_H
#define SPP_WIRE_TCP_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/** One socket. */
struct spp_tcp_owner {
	uid_t uid;
	uint64_t inode; /**< 0: no process has it yet, it waits for accept() */
};

/** An address of the loopback network: what answers there is on this host. */
bool spp_tcp_is_loopback(const struct sockaddr_storage *address);

/**
 * The socket that listens where a connection to the address would come in (or that is in the way
 * of one that wants to listen there). False: there is none, or it cannot be seen.
 */
bool spp_tcp_listener(const struct sockaddr_storage *address, struct spp_tcp_owner *out);

/**
 * The user at the other end of a connected socket: of the process that has taken the connection,
 * or, as long as none has, of the one that listens. False: not on this host, or it cannot be seen.
 */
bool spp_tcp_peer(int fd, uid_t *out);

#endif
