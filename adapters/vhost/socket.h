/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The file system side of a vhost-user socket: whether its path may be used, who may open it, and
 * whether it is still there. Knows nothing of DPDK.
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

/** Which file a socket's path led to. */
struct spp_vhost_file {
	dev_t device;
	ino_t inode;
};

enum spp_vhost_place {
	SPP_VHOST_PLACE_OURS,  /**< the file is still there */
	SPP_VHOST_PLACE_EMPTY, /**< it was removed */
	SPP_VHOST_PLACE_TAKEN, /**< another one is in its place */
};

/**
 * Look user and group up ("" or NULL: leave): a name or, as chown(1) takes them, a number. -ENOENT
 * says which of them does not exist.
 */
int spp_vhost_access_resolve(const char *owner, const char *group, struct spp_vhost_access *out,
			     struct spp_error *err);

/** The path fits into a socket address. */
int spp_vhost_socket_check(const char *path, struct spp_error *err);

/**
 * Make the path free to bind: remove a socket nobody listens on.
 * -EADDRINUSE when somebody does, -EEXIST when it is something else, -ENOENT without directory.
 */
int spp_vhost_socket_vacate(const char *path, struct spp_error *err);

/**
 * Make a socket that guests can connect to; the path must be free. Nobody can before it has its
 * owner, and its mode: 0600, with a group 0660.
 *
 * @param file what stands at the path now.
 * @return its descriptor, which does not block; or -errno.
 */
int spp_vhost_socket_listen(const char *path, const struct spp_vhost_access *access,
			    struct spp_vhost_file *file, struct spp_error *err);

/**
 * Connect to a guest's socket.
 *
 * @param file what stood at the path.
 * @return its descriptor, which blocks; or -errno, silently: it is tried again and again.
 */
int spp_vhost_socket_connect(const char *path, struct spp_vhost_file *file);

/**
 * Connect to a socket whose file may be gone, and hang up: whoever listens there hears of it. Our
 * end has a name, which no other connection of ours has: spp_vhost_fd_replace() knows it by that.
 *
 * @param file opened with O_PATH.
 * @return 0 or -errno.
 */
int spp_vhost_socket_ring(int file);

/** What is there now, where a file was once. */
enum spp_vhost_place spp_vhost_socket_look(const char *path, const struct spp_vhost_file *file);

#endif
