/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The file system side of a vhost-user socket: whether its path may be used, and who may open it.
 *
 * Used by adapters/vhost.c only. Knows nothing of DPDK.
 */
#ifndef SPP_ADAPTERS_VHOST_SOCKET_H
#define SPP_ADAPTERS_VHOST_SOCKET_H

#include <sys/types.h>

#include "spp/error.h"

/** Who gets a socket that we made; (uid_t)-1 and (gid_t)-1 mean: leave as it is. */
struct spp_vhost_access {
	uid_t uid;
	gid_t gid;
};

/** Look the names up ("" or NULL: leave). -ENOENT names the one that does not exist. */
int spp_vhost_access_resolve(const char *owner, const char *group, struct spp_vhost_access *out,
			     struct spp_error *err);

/** Give the socket away; with a group its mode becomes 0660. */
int spp_vhost_access_apply(const char *path, const struct spp_vhost_access *access,
			   struct spp_error *err);

/** The path fits into a socket address. */
int spp_vhost_socket_check(const char *path, struct spp_error *err);

/**
 * Make the path free to bind: remove a socket nobody listens on.
 * -EADDRINUSE when somebody does, -EEXIST when it is something else, -ENOENT without directory.
 */
int spp_vhost_socket_vacate(const char *path, struct spp_error *err);

#endif
