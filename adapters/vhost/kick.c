/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kick thread of spp_vf. See vhost/kick.h.
 *
 * A worker stores its sleeper, then looks for a descriptor to arm; librte_vhost's thread stores the
 * descriptor, then looks for a sleeper to wake: with a full fence in between on both sides one of
 * them sees the other. The same holds for the ring itself (ring_vid), which is published before.
 *
 * Who takes the sleeper, by acquire, sees its state as it was announced before, and so wakes it:
 * that needs no fence of its own.
 */
#include "vhost/kick.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "spp/dp/dpdk_versions.h"

#define EVENTS_AT_ONCE 16
#define CLOSING        UINT32_MAX /* in place of a port's number */

struct kick {
	int fd;        /* our own duplicate, -1: none. librte_vhost thread: rw, worker: ro */
	void *sleeper; /* worker: rw, others take it by exchange with NULL */
	bool looked;   /* a worker has looked into the ring; it: w, who watches: rw; atomic */
	bool kicked;   /* a kick came; kick thread: w, likewise */
};

static struct kick kicks[SPP_VHOST_MAX];
static int kick_epoll = -1;
static int
	kick_closing[2]; /* pipe: descriptors that the thread, which may be reading one, closes */
static void (*kick_wake)(void *sleeper);

static void
kick_wake_sleeper(unsigned int index)
{
	void *sleeper = __atomic_exchange_n(&kicks[index].sleeper, NULL, __ATOMIC_ACQ_REL);

	if (sleeper != NULL)
		kick_wake(sleeper);
}

/*
 * Take the count out, so that the descriptor is not ready any more. Never waits, even when the
 * guest, which has it too, took the count first and made it blocking again. Whether there was one
 * is of no matter.
 */
static void
kick_take(int fd)
{
	uint64_t count;
	struct iovec iov = {.iov_base = &count, .iov_len = sizeof(count)};

	if (preadv2(fd, &iov, 1, -1, RWF_NOWAIT) < 0)
		return;
}

static void
kick_close_some(void)
{
	int fds[EVENTS_AT_ONCE];
	ssize_t size = read(kick_closing[0], fds, sizeof(fds)), i;

	for (i = 0; i < size / (ssize_t)sizeof(fds[0]); i++)
		close(fds[i]);
}

static void
kick_handle(uint32_t index)
{
	int fd = __atomic_load_n(&kicks[index].fd, __ATOMIC_ACQUIRE);

	if (fd >= 0)
		kick_take(fd);
	__atomic_store_n(&kicks[index].kicked, true, __ATOMIC_RELAXED);
	kick_wake_sleeper(index);
}

static void
kick_main(void)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int nb, i;

	for (;;) {
		nb = epoll_wait(kick_epoll, events, EVENTS_AT_ONCE, -1);
		for (i = 0; i < nb; i++) {
			if (events[i].data.u32 != CLOSING)
				kick_handle(events[i].data.u32);
		}
		/* last: none of these events is of a descriptor that is closed now */
		kick_close_some();
	}
}

static int
kick_open(void)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = CLOSING};

	kick_epoll = epoll_create1(EPOLL_CLOEXEC);
	if (kick_epoll < 0)
		return -errno;
	if (pipe2(kick_closing, O_CLOEXEC | O_NONBLOCK) == 0 &&
	    epoll_ctl(kick_epoll, EPOLL_CTL_ADD, kick_closing[0], &event) == 0)
		return 0;
	close(kick_epoll);
	kick_epoll = -1;
	return -errno;
}

int
spp_vhost_kick_start(void (*wake)(void *sleeper), struct spp_error *err)
{
	pthread_t thread;
	unsigned int i;
	int ret;

	if (kick_epoll >= 0)
		return 0;
	for (i = 0; i < SPP_VHOST_MAX; i++)
		kicks[i].fd = -1;
	kick_wake = wake;
	ret = kick_open();
	if (ret < 0)
		return spp_error(err, -ret, "vhost: epoll: %s", strerror(-ret));
	ret = spp_dpdk_thread_create(&thread, "spp-vhost-kick", kick_main);
	if (ret == 0)
		return 0;
	close(kick_epoll);
	kick_epoll = -1;
	return spp_error(err, -ret, "vhost: the kick thread cannot be started");
}

bool
spp_vhost_kick_ring(unsigned int index, bool in_use, int kickfd)
{
	struct epoll_event event = {.events = EPOLLONESHOT, .data.u32 = index};
	int fd = in_use && kickfd >= 0 ? dup(kickfd) : -1, old;

	/* Not armed yet: silent until a worker arms it. */
	if (fd >= 0 && epoll_ctl(kick_epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		close(fd);
		fd = -1;
	}
	old = __atomic_exchange_n(&kicks[index].fd, fd, __ATOMIC_ACQ_REL);
	if (old >= 0) {
		epoll_ctl(kick_epoll, EPOLL_CTL_DEL, old, NULL);
		/* A full pipe (16,384 descriptors) costs one: the thread has not run for long. */
		(void)!write(kick_closing[1], &old, sizeof(old));
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (in_use)
		kick_wake_sleeper(index);
	return fd >= 0;
}

void
spp_vhost_kick_arm(unsigned int index, void *sleeper)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.u32 = index};
	int fd;

	__atomic_store_n(&kicks[index].looked, true, __ATOMIC_RELAXED);
	__atomic_store_n(&kicks[index].sleeper, sleeper, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	fd = __atomic_load_n(&kicks[index].fd, __ATOMIC_ACQUIRE);
	/* One that is being closed at this moment fails here, and its end wakes nobody: then there
	 * is nothing to receive either, until the ring comes back and wakes us. */
	if (fd >= 0)
		epoll_ctl(kick_epoll, EPOLL_CTL_MOD, fd, &event);
}

bool
spp_vhost_kick_looked(unsigned int index, bool *kicked)
{
	if (__atomic_exchange_n(&kicks[index].kicked, false, __ATOMIC_RELAXED))
		*kicked = true;
	return __atomic_exchange_n(&kicks[index].looked, false, __ATOMIC_RELAXED);
}

bool
spp_vhost_kick_disarm(unsigned int index, void *sleeper)
{
	void *mine = sleeper;

	/* NULL: a kick took it */
	return __atomic_compare_exchange_n(&kicks[index].sleeper, &mine, NULL, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) ||
	       mine == NULL;
}
