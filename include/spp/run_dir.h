/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The directory of the local sockets, and what they are called in it. Plain C; any thread.
 *
 *     primary.sock, vf-N.sock   process, status, clear: root, and SPP_ADMIN_GROUP
 *     primary.look, vf-N.look   process, status: SPP_RUN_GROUP besides; there when that is set
 *     agent.sock                sppctl to spp_agent: root, and SPP_ADMIN_GROUP
 *     agent.look                ls, history: SPP_RUN_GROUP besides; there when that is set
 *     vf-N.tap                  sppctl capture: packets; root, and SPP_ADMIN_GROUP
 *     control.sock              processes to their controller, where they are told so by -s: root
 */
#ifndef SPP_RUN_DIR_H
#define SPP_RUN_DIR_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spp/error.h"

/** Bytes of a UNIX socket's path, with the terminating NUL: sockaddr_un, unix(7). */
#define SPP_SOCKET_PATH_SIZE 108
/** Characters of the directory: the longest name in it is "/primary.sock". */
#define SPP_RUN_DIR_MAX (SPP_SOCKET_PATH_SIZE - 1 - 13)

/** SPP_RUN_DIR of the environment, or /run/spp. */
static inline const char *
spp_run_dir(void)
{
	const char *dir = getenv("SPP_RUN_DIR");

	return dir != NULL && dir[0] != '\0' ? dir : "/run/spp";
}

/** Is it short enough for the sockets? 0, or -ENAMETOOLONG with text. */
static inline int
spp_run_dir_check(struct spp_error *err)
{
	const char *dir = spp_run_dir();

	if (strlen(dir) <= SPP_RUN_DIR_MAX)
		return 0;
	return spp_error(err, ENAMETOOLONG,
			 "SPP_RUN_DIR %.200s: has %zu characters (at most %d: the path of a socket "
			 "in it may have %d)",
			 dir, strlen(dir), SPP_RUN_DIR_MAX, SPP_SOCKET_PATH_SIZE - 1);
}

/** Path of a process' own socket. @param process 0: the primary @param look the one for looking */
static inline void
spp_run_socket(char path[SPP_SOCKET_PATH_SIZE], const char *dir, unsigned int process, bool look)
{
	const char *what = look ? "look" : "sock";
	int length;

	if (process == 0)
		length = snprintf(path, SPP_SOCKET_PATH_SIZE, "%s/primary.%s", dir, what);
	else
		length = snprintf(path, SPP_SOCKET_PATH_SIZE, "%s/vf-%u.%s", dir, process, what);
	if (length >= SPP_SOCKET_PATH_SIZE) /* spp_run_dir_check() was not asked */
		path[0] = '\0';
}

/** Path of a spp_vf's socket for captures; "" when the directory is too long. */
static inline void
spp_run_tap_socket(char path[SPP_SOCKET_PATH_SIZE], const char *dir, unsigned int process)
{
	if (snprintf(path, SPP_SOCKET_PATH_SIZE, "%s/vf-%u.tap", dir, process) >=
	    SPP_SOCKET_PATH_SIZE)
		path[0] = '\0';
}

#endif
