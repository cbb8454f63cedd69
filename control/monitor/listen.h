/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Opens the sockets that HTTP is answered on. Used by main.
 */
#ifndef SPP_MONITOR_LISTEN_H
#define SPP_MONITOR_LISTEN_H

#include <stdbool.h>
#include <sys/types.h>

#include "spp/error.h"
#include "spp/run_dir.h"

struct monitor_listener {
	int fd;
	bool local;                         /**< a UNIX socket */
	char address[SPP_SOCKET_PATH_SIZE]; /**< as it is bound: with the port that was chosen */
	dev_t dev;
	ino_t ino;
};

/**
 * @param text IP:PORT, [IPv6]:PORT, or a path
 * @param group that may use a UNIX socket besides us and root; SPP_NO_GROUP: none
 * @return 0, or -errno with text: -EINVAL: not an address, -EADDRINUSE ...
 */
int monitor_listen(struct monitor_listener *out, const char *text, gid_t group,
		   struct spp_error *err);
/** Remove the file of a UNIX socket that is still ours. The descriptor is the daemon's. */
void monitor_listen_forget(const struct monitor_listener *listener);

#endif
