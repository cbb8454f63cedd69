/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See vhost_fd.h.
 */
#include "vhost_fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

/* A message comes in one piece from every honest guest, and for its reply it waits. Meanwhile no
 * other guest is heard. */
#define HURRY_US 10000

/* Threads that wait in a close(). */
#define CLOSERS_MAX 16

static bool
is_eventfd(int fd)
{
	static const char eventfd[] = "anon_inode:[eventfd]";
	char link[sizeof(eventfd) + 1], path[32];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	length = readlink(path, link, sizeof(link));
	return length == (ssize_t)strlen(eventfd) && memcmp(link, eventfd, (size_t)length) == 0;
}

static bool
is_in_memory(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == HUGETLBFS_MAGIC);
}

static bool
is_unix_socket(int fd)
{
	int domain;
	socklen_t length = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_UNIX;
}

int
spp_vhost_fd_event(int fd, struct spp_error *err)
{
	int flags;

	if (!is_eventfd(fd))
		return spp_error(err, EPROTO, "a descriptor that is no eventfd");
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return spp_error(err, EPROTO, "an eventfd that cannot be made non-blocking: %s",
				 strerror(errno));
	return 0;
}

int
spp_vhost_fd_socket(int fd, struct spp_error *err)
{
	return is_unix_socket(fd) ? 0
				  : spp_error(err, EPROTO, "a descriptor that is no UNIX socket");
}

static bool
closes_at_once(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
		return is_in_memory(fd);
	case S_IFCHR:
		return major(st.st_rdev) == MEM_MAJOR; /* null, zero, full */
	case S_IFSOCK:
		return is_unix_socket(fd);
	case S_IFIFO:
		return true;
	default:
		return is_eventfd(fd);
	}
}

static unsigned int nb_closers;

static void *
close_slowly(void *fd)
{
	close((int)(intptr_t)fd);
	__atomic_fetch_sub(&nb_closers, 1, __ATOMIC_RELAXED);
	return NULL;
}

void
spp_vhost_fd_close(int fd)
{
	pthread_t thread;

	if (closes_at_once(fd)) {
		close(fd);
		return;
	}
	if (__atomic_fetch_add(&nb_closers, 1, __ATOMIC_RELAXED) < CLOSERS_MAX &&
	    pthread_create(&thread, NULL, close_slowly, (void *)(intptr_t)fd) == 0)
		pthread_detach(thread);
	else
		__atomic_fetch_sub(&nb_closers, 1, __ATOMIC_RELAXED);
}

/* Between a trial and librte_vhost's mapping nobody may make it read-only. What has no seals, or
 * was closed to further ones, fails, which is fine. */
static int
keep_writable(int fd, struct spp_error *err)
{
	int seals;

	fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL);
	seals = fcntl(fd, F_GET_SEALS);
	if (seals >= 0 && (seals & F_SEAL_SEAL) == 0)
		return spp_error(err, EPROTO, "memory in a file that can still be sealed");
	return 0;
}

int
spp_vhost_fd_memory(int fd, uint64_t needed, size_t *block, struct spp_error *err)
{
	struct stat st;

	/* Elsewhere (FUSE, NFS) touching a page may wait for somebody, for ever. */
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !is_in_memory(fd))
		return spp_error(err, EPROTO,
				 "memory in a file that is not of tmpfs, memfd or hugetlbfs");
	if ((uint64_t)st.st_size < needed)
		return spp_error(err, EPROTO, "memory of %llu bytes in a file of %lld",
				 (unsigned long long)needed, (long long)st.st_size);
	*block = (size_t)st.st_blksize;
	return keep_writable(fd, err);
}

static bool
is_connection(int fd, const char *path, bool client)
{
	struct sockaddr_un address = {0};
	socklen_t length = sizeof(address);
	int listens = 1;
	socklen_t size = sizeof(listens);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0 || listens)
		return false;
	if ((client ? getpeername(fd, (struct sockaddr *)&address, &length)
		    : getsockname(fd, (struct sockaddr *)&address, &length)) < 0)
		return false;
	return address.sun_family == AF_UNIX &&
	       strncmp(address.sun_path, path, sizeof(address.sun_path)) == 0;
}

void
spp_vhost_fd_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int
spp_vhost_fd_connection(const char *path, bool client, unsigned int *nb_open)
{
	struct stat st;
	ino_t newest = 0;
	const struct dirent *entry;
	DIR *dir = opendir("/proc/self/fd");
	int fd, best = -1;

	*nb_open = 0;
	if (dir == NULL)
		return -1;
	while ((entry = readdir(dir)) != NULL) {
		fd = atoi(entry->d_name);
		(*nb_open)++;
		if (entry->d_name[0] == '.' || fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode) ||
		    !is_connection(fd, path, client))
			continue;
		/* Socket inodes are numbered as they are made. */
		if (best < 0 || st.st_ino > newest) {
			best = fd;
			newest = st.st_ino;
		}
	}
	closedir(dir);
	return best;
}

int
spp_vhost_fd_hurry(int fd)
{
	const struct timeval deadline = {.tv_usec = HURRY_US};

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof(deadline)) < 0)
		return -errno;
	return 0;
}

bool
spp_vhost_fd_has_room(int fd)
{
	struct pollfd pollfd = {.fd = fd, .events = POLLOUT};

	return poll(&pollfd, 1, 0) > 0 && (pollfd.revents & POLLOUT) != 0;
}

bool
spp_vhost_fd_has_more(int fd)
{
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};

	return poll(&pollfd, 1, 0) > 0 && (pollfd.revents & POLLIN) != 0;
}
