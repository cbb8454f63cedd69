/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Who is at the other end of a connection to the controller. Used by controller.
 *
 * By a UNIX socket the kernel tells (SO_PEERCRED), by TCP within this host its table of sockets
 * (wire/tcp_table.h), of another host nobody.
 */
#ifndef SPP_CONTROL_TRUST_H
#define SPP_CONTROL_TRUST_H

#include <stdbool.h>
#include <sys/types.h>

#define SPP_TRUST_WHY_SIZE 160

struct spp_trust {
	bool good;  /**< root, or who was named, or by a UNIX socket the user we run as */
	bool local; /**< a UNIX socket */
	/** Who it is, if not good; "": on another host. */
	char why[SPP_TRUST_WHY_SIZE];
};

/** @param fd connected @param user besides root, SPP_NO_USER: nobody */
struct spp_trust spp_trust_look(int fd, uid_t user);

#endif
