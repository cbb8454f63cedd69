/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The EAL's runtime directory. See eal_dir.h.
 */
#include "common/eal_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/options.h"

int
spp_eal_dir(int argc, char **argv, char *out, size_t size)
{
	const char *prefix = spp_options_eal(argc, argv, "--file-prefix", "--fi");
	const char *parent = getenv("RUNTIME_DIRECTORY");
	int length;

	if (parent == NULL && getuid() == 0)
		parent = "/var/run";
	else if (parent == NULL)
		parent = getenv("XDG_RUNTIME_DIR");
	if (parent == NULL)
		parent = "/tmp";
	length = snprintf(out, size, "%s/dpdk/%s", parent, prefix != NULL ? prefix : "rte");
	return length < 0 || (size_t)length >= size ? -ENAMETOOLONG : 0;
}

/* The kernel refuses a datagram socket whose owner is gone. */
static bool
socket_in_use(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	bool in_use = false;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return false;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return true;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		in_use = true;
	close(fd);
	return in_use;
}

bool
spp_eal_dir_in_use(const char *path)
{
	struct stat found;
	bool in_use;
	int fd;

	if (lstat(path, &found) < 0)
		return false;
	if (S_ISSOCK(found.st_mode))
		return socket_in_use(path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	in_use = flock(fd, LOCK_EX | LOCK_NB) < 0;
	close(fd);
	return in_use;
}

bool
spp_eal_config_locked(int fd)
{
	struct flock any = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(fd, F_GETLK, &any) == 0 && any.l_type != F_UNLCK;
}
