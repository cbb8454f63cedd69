/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The sockets spp_agent listens on: TCP or UNIX sockets for the processes, a UNIX socket for
 * sppctl, and one for those who may only look.
 *
 * Opened once, by main, before the loop runs. Knows nothing of connections.
 */
#ifndef SPP_AGENT_LISTEN_H
#define SPP_AGENT_LISTEN_H

#include <stdbool.h>
#include <sys/types.h>

#include "agent/address.h"
#include "spp/error.h"

/** Addresses to listen on (--listen may be repeated). */
#define AGENT_LISTEN_MAX 8

struct agent_listener {
	int fd;
	bool local; /**< a UNIX socket; address is its path */
	char address[AGENT_ADDRESS_SIZE];
	dev_t dev; /**< of the UNIX socket we made: another's is not removed */
	ino_t ino;
};

struct agent_listeners {
	struct agent_listener peers[AGENT_LISTEN_MAX]; /**< for the processes */
	unsigned int nb_peers;
	struct agent_listener local; /**< for sppctl; fd -1: not open */
	gid_t group;                 /**< that may use it besides root */
	struct agent_listener look;  /**< for who only looks; fd -1: there is none */
	gid_t look_group;
};

/**
 * Listen for processes at all these addresses: "IP:PORT" or "[IPv6]:PORT", port 0: any free one; or
 * the path of a UNIX socket, which then only root and the user we run as may use.
 */
int agent_listen_peers(struct agent_listeners *listeners, const char *const addresses[],
		       unsigned int nb, struct spp_error *err);

/**
 * The socket for sppctl, and beside it the one for looking where look_group is set: its name ends
 * in .look in place of .sock. What a killed agent left there is replaced; what is alive, or is no
 * socket, is refused.
 */
int agent_listen_local(struct agent_listeners *listeners, const char *path, struct spp_error *err);

/** Close all, remove the UNIX sockets if they are still ours. */
void agent_listen_close(struct agent_listeners *listeners);

#endif
