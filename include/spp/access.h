/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Who may use a UNIX socket of ours: root, the user we run as, and one group or user besides.
 *
 * A socket's mode and owner say so to the kernel; at each connection the other side's credentials
 * (SO_PEERCRED and SO_PEERGROUPS, unix(7)) are looked at as well, whatever was done to the file
 * since. Implemented by control/wire/access.c. Plain C. Any thread, but for the functions that look
 * names up, which may ask the network (nsswitch.conf(5)): at the start only.
 */
#ifndef SPP_ACCESS_H
#define SPP_ACCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "spp/error.h"
#include "spp/run_dir.h"

/** Nobody besides: root is let in anyhow. */
#define SPP_NO_GROUP 0
#define SPP_NO_USER  0

/** Which local sockets a process has. */
struct spp_local_sockets {
	char path[SPP_SOCKET_PATH_SIZE]; /**< process, status, clear */
	gid_t group;                     /**< besides root: SPP_ADMIN_GROUP */
	char look[SPP_SOCKET_PATH_SIZE]; /**< process, status; "": there is none */
	gid_t look_group;                /**< SPP_RUN_GROUP */
	char tap[SPP_SOCKET_PATH_SIZE];  /**< spp_vf: captures; root and `group` */
};

/**
 * Those of a process as the environment has them. 0, or -errno with text: SPP_RUN_DIR is too long,
 * or a group does not exist.
 * @param process 0: the primary
 */
int spp_local_sockets_read(unsigned int process, struct spp_local_sockets *out,
			   struct spp_error *err);

/** The group a variable of the environment names (or its number); SPP_NO_GROUP: it is not set. */
int spp_access_group(const char *variable, gid_t *out, struct spp_error *err);
/** The user of that name, or number. @param option that gives it, for the message */
int spp_access_user(const char *option, const char *name, uid_t *out, struct spp_error *err);

/** May who is at the other end of a connected UNIX socket use it? */
bool spp_access_may(int fd, uid_t user, gid_t group);

/**
 * A listening socket at a path: its directory is made if that is missing (mode 0755), a stale
 * socket is replaced, and at no moment can anybody else connect.
 * @param group besides root; SPP_NO_GROUP: none
 * @return the descriptor, non-blocking, or -errno with text; -EADDRINUSE: somebody answers there
 */
int spp_access_listen(const char *path, gid_t group, struct spp_error *err);

#endif
