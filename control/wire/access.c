/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Who may use a UNIX socket. See spp/access.h, whose functions these are.
 */
#include "spp/access.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/** Groups a process may be in; more are not looked at. NGROUPS_MAX is 65,536. */
#define GROUPS_MAX 1024

#ifndef SO_PEERGROUPS /* Linux 4.13 */
#define SO_PEERGROUPS 59
#endif

/** A number as chown(1) takes it. */
static bool
read_number(const char *text, unsigned long max, unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *out <= max;
}

int
spp_access_group(const char *variable, gid_t *out, struct spp_error *err)
{
	const char *name = getenv(variable);
	const struct group *found;
	unsigned long number;

	*out = SPP_NO_GROUP;
	if (name == NULL || name[0] == '\0')
		return 0;
	found = getgrnam(name);
	if (found != NULL)
		*out = found->gr_gid;
	else if (read_number(name, UINT32_MAX - 1, &number))
		*out = (gid_t)number;
	else
		return spp_error(err, ENOENT, "%s %.80s: no such group (see getent group)",
				 variable, name);
	return 0;
}

int
spp_access_user(const char *option, const char *name, uid_t *out, struct spp_error *err)
{
	const struct passwd *found = getpwnam(name);
	unsigned long number;

	if (found != NULL)
		*out = found->pw_uid;
	else if (read_number(name, UINT32_MAX - 1, &number))
		*out = (uid_t)number;
	else
		return spp_error(err, ENOENT, "%s %.80s: no such user (see getent passwd)", option,
				 name);
	return 0;
}

static bool
is_member(int fd, gid_t group)
{
	gid_t groups[GROUPS_MAX];
	socklen_t size = sizeof(groups);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0)
		return false;
	for (size_t i = 0; i < size / sizeof(groups[0]); i++) {
		if (groups[i] == group)
			return true;
	}
	return false;
}

bool
spp_access_may(int fd, uid_t user, gid_t group)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0)
		return false;
	if (cred.uid == 0 || cred.uid == geteuid() || (user != SPP_NO_USER && cred.uid == user))
		return true;
	return group != SPP_NO_GROUP && (cred.gid == group || is_member(fd, group));
}

int
spp_local_sockets_read(unsigned int process, struct spp_local_sockets *out, struct spp_error *err)
{
	int ret = spp_run_dir_check(err);

	memset(out, 0, sizeof(*out));
	if (ret == 0)
		ret = spp_access_group("SPP_ADMIN_GROUP", &out->group, err);
	if (ret == 0)
		ret = spp_access_group("SPP_RUN_GROUP", &out->look_group, err);
	if (ret < 0)
		return ret;
	spp_run_socket(out->path, spp_run_dir(), process, false);
	spp_run_tap_socket(out->tap, spp_run_dir(), process);
	if (out->look_group != SPP_NO_GROUP)
		spp_run_socket(out->look, spp_run_dir(), process, true);
	return 0;
}

/** The directory of a path, if it is missing; its parent must be there. */
static int
make_directory(const char *path, struct spp_error *err)
{
	char directory[SPP_SOCKET_PATH_SIZE];
	char *slash;

	snprintf(directory, sizeof(directory), "%s", path);
	slash = strrchr(directory, '/');
	if (slash == NULL || slash == directory)
		return 0;
	*slash = '\0';
	if (mkdir(directory, 0755) == 0) {
		/* Whatever the umask: others may look who is there. */
		if (chmod(directory, 0755) < 0)
			return spp_error(err, errno, "%s: %s", directory, strerror(errno));
		return 0;
	}
	if (errno == EEXIST)
		return 0;
	return spp_error(err, errno, "%s: cannot listen: its directory cannot be made: %s", path,
			 strerror(errno));
}

/** Make way for our socket. */
static int
remove_stale(const struct sockaddr_un *address, struct spp_error *err)
{
	const char *path = address->sun_path;
	struct ucred cred = {0};
	socklen_t size = sizeof(cred);
	struct stat found;
	int fd, ret;

	if (lstat(path, &found) < 0)
		return 0;
	if (!S_ISSOCK(found.st_mode))
		return spp_error(err, EEXIST, "%s: is there and is not a socket (remove it)", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return spp_error(err, errno, "%s: %s", path, strerror(errno));
	ret = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ? 0 : errno;
	if (ret == 0)
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size);
	close(fd);
	if (ret == 0)
		return spp_error(
			err, EADDRINUSE,
			"%s: in use by pid %d: another process answers there (end it, or use "
			"another id or path)",
			path, (int)cred.pid);
	if (ret != ECONNREFUSED && ret != ENOENT) /* EAGAIN: somebody's queue is full */
		return spp_error(err, EADDRINUSE, "%s: in use (%s)", path, strerror(ret));
	if (unlink(path) < 0 && errno != ENOENT)
		return spp_error(err, errno, "%s: cannot remove the stale socket: %s", path,
				 strerror(errno));
	return 0;
}

/** The file is ours alone when it comes; the group is let in at the end, nobody else meanwhile. */
static int
open_up(const char *path, gid_t group)
{
	if (group == SPP_NO_GROUP)
		return chmod(path, 0600);
	return lchown(path, (uid_t)-1, group) < 0 ? -1 : chmod(path, 0660);
}

int
spp_access_listen(const char *path, gid_t group, struct spp_error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	bool bound = false;
	int fd, ret;

	if (strlen(path) >= sizeof(address.sun_path))
		return spp_error(err, ENAMETOOLONG,
				 "%.200s: has %zu characters (the path of a socket "
				 "may have %zu)",
				 path, strlen(path), sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path) + 1);
	ret = make_directory(path, err);
	if (ret == 0)
		ret = remove_stale(&address, err);
	if (ret < 0)
		return ret;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* The mode that the file gets is that of its descriptor: no moment in which others get in.
	 */
	if (fd >= 0 && fchmod(fd, 0600) == 0)
		bound = bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	if (bound && open_up(path, group) == 0 && listen(fd, 64) == 0)
		return fd;
	ret = spp_error(err, errno, "%s: cannot listen: %s", address.sun_path, strerror(errno));
	if (bound)
		unlink(path);
	if (fd >= 0)
		close(fd);
	return ret;
}
