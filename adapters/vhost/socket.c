/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file system side of a vhost-user socket. See vhost/socket.h.
 */
#include "vhost/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Connections that may wait to be taken. */
#define BACKLOG 128

/* As chown(1) reads what is no name: decimal, "+" says so for certain, and never (uid_t)-1, which
 * means "leave". */
static bool
parse_id(const char *text, uint32_t *out)
{
	unsigned long long value;
	char *end;

	text += text[0] == '+' ? 1 : 0;
	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || value >= UINT32_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

int
spp_vhost_access_resolve(const char *owner, const char *group, struct spp_vhost_access *out,
			 struct spp_error *err)
{
	const struct passwd *user;
	const struct group *grp;

	*out = (struct spp_vhost_access){.uid = (uid_t)-1, .gid = (gid_t)-1};
	if (owner != NULL && owner[0] != '\0') {
		user = getpwnam(owner);
		if (user != NULL)
			out->uid = user->pw_uid;
		else if (!parse_id(owner, &out->uid))
			return spp_error(err, EINVAL,
					 "vhost owner \"%s\": no such user (a name of getent "
					 "passwd, or a number below 4294967295)",
					 owner);
	}
	if (group != NULL && group[0] != '\0') {
		grp = getgrnam(group);
		if (grp != NULL)
			out->gid = grp->gr_gid;
		else if (!parse_id(group, &out->gid))
			return spp_error(err, EINVAL,
					 "vhost group \"%s\": no such group (a name of getent "
					 "group, or a number below 4294967295)",
					 group);
	}
	return 0;
}

/* Give the socket away. */
static int
apply_access(const char *path, const struct spp_vhost_access *access, struct spp_error *err)
{
	/* To connect, a process needs write permission. */
	mode_t mode = access->gid != (gid_t)-1 ? 0660 : 0600;
	/* By a descriptor: its new owner could put a link in its place. */
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC), ret = 0;
	struct stat st;
	char self[32];

	if (fd < 0)
		return spp_error(err, errno, "vhost socket %s: %s", path, strerror(errno));
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	/* It was made for us alone. First whose it is, then the mode: the other way round the group
	 * we run as could connect for a moment. */
	if (fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode))
		ret = spp_error(err, EEXIST, "vhost socket %s: is no socket any more", path);
	else if ((access->uid != (uid_t)-1 || access->gid != (gid_t)-1) &&
		 fchownat(fd, "", access->uid, access->gid, AT_EMPTY_PATH) < 0)
		ret = spp_error(
			err, errno, "vhost socket %s: cannot be given to uid %lld, gid %lld: %s",
			path, access->uid == (uid_t)-1 ? -1 : (long long)access->uid,
			access->gid == (gid_t)-1 ? -1 : (long long)access->gid, strerror(errno));
	else if (chmod(self, mode) < 0)
		ret = spp_error(err, errno, "vhost socket %s: cannot be made mode 0%o: %s", path,
				(unsigned int)mode, strerror(errno));
	close(fd);
	return ret;
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

static void
make_address(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(address->sun_path, path, strlen(path) + 1);
}

/* 0: nobody listens, -EADDRINUSE: somebody does, else what connect() says. */
static int
probe_listener(const char *path)
{
	struct sockaddr_un address;
	int fd, ret = -EADDRINUSE;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	make_address(path, &address);
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

static int
bind_and_listen(int fd, const char *path, const struct spp_vhost_access *access,
		struct spp_vhost_file *file, struct spp_error *err)
{
	struct sockaddr_un address;
	struct stat st;
	int ret;

	make_address(path, &address);
	/* Its file gets no more than this (unix(7) takes the mode of the descriptor, less the
	 * umask). */
	if (fchmod(fd, 0600) < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return spp_error(err, errno, "vhost socket %s: cannot be made: %s", path,
				 strerror(errno));
	ret = apply_access(path, access, err);
	if (ret < 0 || lstat(path, &st) < 0 || listen(fd, BACKLOG) < 0) {
		unlink(path);
		return ret < 0 ? ret
			       : spp_error(err, errno, "vhost socket %s: %s", path,
					   strerror(errno));
	}
	*file = (struct spp_vhost_file){st.st_dev, st.st_ino};
	return fd;
}

int
spp_vhost_socket_listen(const char *path, const struct spp_vhost_access *access,
			struct spp_vhost_file *file, struct spp_error *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), ret;

	if (fd < 0)
		return spp_error(err, errno, "vhost socket %s: %s", path, strerror(errno));
	ret = bind_and_listen(fd, path, access, file, err);
	if (ret < 0)
		close(fd);
	return ret;
}

int
spp_vhost_socket_connect(const char *path, struct spp_vhost_file *file)
{
	struct sockaddr_un address;
	struct stat st;
	int fd, ret;

	if (stat(path, &st) < 0)
		return -errno;
	*file = (struct spp_vhost_file){st.st_dev, st.st_ino};
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	make_address(path, &address);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) < 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

int
spp_vhost_socket_ring(int file)
{
	const struct sockaddr any_name = {.sa_family = AF_UNIX}; /* unix(7), autobind */
	struct sockaddr_un address;
	char path[32];
	int fd, ret = 0;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	make_address(path, &address);
	if (bind(fd, &any_name, sizeof(any_name.sa_family)) < 0 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

enum spp_vhost_place
spp_vhost_socket_look(const char *path, const struct spp_vhost_file *file)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT ? SPP_VHOST_PLACE_EMPTY : SPP_VHOST_PLACE_TAKEN;
	return st.st_dev == file->device && st.st_ino == file->inode ? SPP_VHOST_PLACE_OURS
								     : SPP_VHOST_PLACE_TAKEN;
}
