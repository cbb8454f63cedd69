/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See vhost/fd.h.
 */
#include "vhost/fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/major.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
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

/*
 * A file of tmpfs, memfd or hugetlbfs: the kernel has seals for them alone (fcntl(2)). fstatfs()
 * and fstat() would ask a file of FUSE whose it is, and wait for the answer.
 */
static bool
is_in_memory(int fd)
{
	return fcntl(fd, F_GET_SEALS) >= 0;
}

/* As far as the kernel knows it already; false: it does not say. */
static bool
look_at_once(int fd, struct statx *st)
{
	return statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, st) == 0;
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
	struct statx st;

	if (is_eventfd(fd) || is_unix_socket(fd) || is_in_memory(fd))
		return true;
	if (!look_at_once(fd, &st))
		return false;
	/* null, zero, full */
	return S_ISFIFO(st.stx_mode) || (S_ISCHR(st.stx_mode) && st.stx_rdev_major == MEM_MAJOR);
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
	if (!is_in_memory(fd) || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return spp_error(err, EPROTO,
				 "memory in a file that is not of tmpfs, memfd or hugetlbfs");
	if ((uint64_t)st.st_size < needed)
		return spp_error(err, EPROTO, "memory of %llu bytes in a file of %lld",
				 (unsigned long long)needed, (long long)st.st_size);
	*block = (size_t)st.st_blksize;
	return keep_writable(fd, err);
}

/*
 * The other end is a ring's: of this process, and with a name. A guest's process may hand over a
 * connection of its own whose address says the same, but none whose other end is such a one. (The
 * kernel is asked for our number: getpid() says what DPDK is to take for it, vf/eal_pid.h.)
 */
static bool
is_from_ring(int fd)
{
	struct sockaddr_un address = {0};
	socklen_t length = sizeof(address);
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       peer.pid == (pid_t)syscall(SYS_getpid) &&
	       getpeername(fd, (struct sockaddr *)&address, &length) == 0 &&
	       length > sizeof(address.sun_family);
}

/* A connection that came in by this socket, by spp_vhost_socket_ring(). */
static bool
is_connection(int fd, const char *path)
{
	struct sockaddr_un address = {0};
	socklen_t length = sizeof(address);
	int listens = 1;
	socklen_t size = sizeof(listens);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0 || listens ||
	    getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		return false;
	return address.sun_family == AF_UNIX &&
	       strncmp(address.sun_path, path, sizeof(address.sun_path)) == 0 && is_from_ring(fd);
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

/* The one of our descriptors that is a connection of this socket: there is one at a time. */
static int
find_connection(const char *path)
{
	const struct dirent *entry;
	DIR *dir = opendir("/proc/self/fd");
	int fd, found = -1;

	if (dir == NULL)
		return -1;
	while (found < 0 && (entry = readdir(dir)) != NULL) {
		fd = (int)strtol(entry->d_name, NULL, 10);
		if (entry->d_name[0] != '.' && is_connection(fd, path))
			found = fd;
	}
	closedir(dir);
	return found;
}

int
spp_vhost_fd_replace(const char *inner, int guest, int hint)
{
	int found = hint >= 0 && is_connection(hint, inner) ? hint : find_connection(inner);

	if (found >= 0 && dup3(guest, found, O_CLOEXEC) < 0)
		found = -1;
	close(guest);
	return found;
}

unsigned int
spp_vhost_fd_count(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int nb = 0;

	if (dir == NULL)
		return 0;
	while (readdir(dir) != NULL)
		nb++;
	closedir(dir);
	return nb;
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
