/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file system side of a vhost-user socket: a stale one is removed before librte_vhost binds
 * (it refuses to itself), and the new one is given to the user or group qemu runs as.
 * Called by adapters/vhost.c; knows nothing of DPDK.
 */
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "vhost_socket.h"

int
spp_vhost_access_resolve(const char *owner, const char *group, struct spp_vhost_access *out,
			 struct spp_error *err)
{
	const struct passwd *user;
	const struct group *grp;

	*out = (struct spp_vhost_access){.uid = (uid_t)-1, .gid = (gid_t)-1};
	if (owner != NULL && owner[0] != '\0') {
		user = getpwnam(owner);
		if (user == NULL)
			return spp_error(err, ENOENT,
					 "vhost owner \"%s\": no such user (see getent passwd)",
					 owner);
		out->uid = user->pw_uid;
	}
	if (group != NULL && group[0] != '\0') {
		grp = getgrnam(group);
		if (grp == NULL)
			return spp_error(err, ENOENT,
					 "vhost group \"%s\": no such group (see getent group)",
					 group);
		out->gid = grp->gr_gid;
	}
	return 0;
}

int
spp_vhost_access_apply(const char *path, const struct spp_vhost_access *access,
		       struct spp_error *err)
{
	/* To connect, a process needs write permission. */
	mode_t mode = access->gid != (gid_t)-1 ? 0660 : 0600;
	int code;

	/* First, while it is root's: later its owner might put a link in its place, and chmod()
	 * would follow it. */
	if (chmod(path, mode) < 0) {
		code = errno;
		return spp_error(err, code, "vhost socket %s: cannot be made mode 0%o: %s", path,
				 (unsigned int)mode, strerror(code));
	}
	if ((access->uid != (uid_t)-1 || access->gid != (gid_t)-1) &&
	    lchown(path, access->uid, access->gid) < 0) {
		code = errno;
		return spp_error(err, code,
				 "vhost socket %s: cannot be given to uid %d, gid %d: %s", path,
				 (int)access->uid, (int)access->gid, strerror(code));
	}
	return 0;
}

int
spp_vhost_socket_check(const char *path, struct spp_error *err)
{
	const size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (path == NULL || path[0] == '\0')
		return spp_error(err, EINVAL, "vhost socket: the path is empty");
	if (strlen(path) > max)
		return spp_error(err, ENAMETOOLONG,
				 "vhost socket %s: %zu characters (a socket path has at most %zu)",
				 path, strlen(path), max);
	return 0;
}

/* 0: nobody listens, -EADDRINUSE: somebody does, else what connect() says. */
static int
probe_listener(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, ret = -EADDRINUSE;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	memcpy(address.sun_path, path, strlen(path) + 1);
	/* EAGAIN is a listener whose backlog is full. */
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 && errno != EAGAIN)
		ret = errno == ECONNREFUSED ? 0 : -errno;
	close(fd);
	return ret;
}

static int
check_directory(const char *path, struct spp_error *err)
{
	char directory[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (slash == NULL || slash == path)
		return 0;
	memcpy(directory, path, (size_t)(slash - path));
	directory[slash - path] = '\0';
	if (stat(directory, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return spp_error(err, ENOENT, "vhost socket %s: %s is not a directory (make it first)",
			 path, directory);
}

int
spp_vhost_socket_vacate(const char *path, struct spp_error *err)
{
	struct stat st;
	int ret;

	ret = check_directory(path, err);
	if (ret < 0)
		return ret;
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0
				       : spp_error(err, errno, "vhost socket %s: %s", path,
						   strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return spp_error(err, EEXIST,
				 "vhost socket %s: %s (remove it, or choose another path)", path,
				 S_ISLNK(st.st_mode) ? "is a symbolic link"
						     : "exists and is no socket");
	ret = probe_listener(path);
	if (ret == -EADDRINUSE)
		return spp_error(err, EADDRINUSE,
				 "vhost socket %s: another process listens on it (stop it, or "
				 "choose another path)",
				 path);
	if (ret == 0 && unlink(path) < 0 && errno != ENOENT)
		ret = -errno;
	if (ret < 0)
		return spp_error(err, -ret, "vhost socket %s: stale and cannot be removed: %s",
				 path, strerror(-ret));
	return 0;
}
