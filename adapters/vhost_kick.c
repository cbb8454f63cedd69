/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kick thread of spp_vf. See vhost_kick.h.
 *
 * A worker stores its sleeper, then looks for a descriptor to arm; librte_vhost's thread stores the
 * descriptor, then looks for a sleeper to wake: with a full fence in between on both sides one of
 * them sees the other.
 */
#include "vhost_kick.h"

#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <rte_lcore.h>

#define EVENTS_AT_ONCE 16

struct kick {
	int fd;        /* our own duplicate, -1: none. librte_vhost thread: rw, worker: ro */
	void *sleeper; /* worker: rw, others take it by exchange with NULL */
};

static struct kick kicks[SPP_VHOST_MAX];
static int kick_epoll = -1;
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

static void *
kick_main(void *arg)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int nb, i, fd;

	(void)arg;
	for (;;) {
		nb = epoll_wait(kick_epoll, events, EVENTS_AT_ONCE, -1);
		for (i = 0; i < nb; i++) {
			fd = __atomic_load_n(&kicks[events[i].data.u32].fd, __ATOMIC_ACQUIRE);
			if (fd >= 0)
				kick_take(fd);
			kick_wake_sleeper(events[i].data.u32);
		}
	}
	return NULL;
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
	kick_epoll = epoll_create1(EPOLL_CLOEXEC);
	if (kick_epoll < 0)
		return spp_error(err, errno, "vhost: epoll: %s", strerror(errno));
	ret = rte_ctrl_thread_create(&thread, "spp-vhost-kick", NULL, kick_main, NULL);
	if (ret == 0)
		return 0;
	close(kick_epoll);
	kick_epoll = -1;
	return spp_error(err, ret < 0 ? -ret : ret, "vhost: the kick thread cannot be started");
}

void
spp_vhost_kick_ring(unsigned int index, int kickfd)
{
	struct epoll_event event = {.events = EPOLLONESHOT, .data.u32 = index};
	int fd = kickfd >= 0 ? dup(kickfd) : -1, old;

	/* Not armed yet: silent until a worker arms it. */
	if (fd >= 0 && epoll_ctl(kick_epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		close(fd);
		fd = -1;
	}
	old = __atomic_exchange_n(&kicks[index].fd, fd, __ATOMIC_ACQ_REL);
	if (old >= 0) {
		epoll_ctl(kick_epoll, EPOLL_CTL_DEL, old, NULL);
		close(old);
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (fd >= 0)
		kick_wake_sleeper(index);
}

void
spp_vhost_kick_arm(unsigned int index, void *sleeper)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.u32 = index};
	int fd;

	__atomic_store_n(&kicks[index].sleeper, sleeper, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	fd = __atomic_load_n(&kicks[index].fd, __ATOMIC_ACQUIRE);
	/* One that is being closed at this moment fails here, and its end wakes nobody: then there
	 * is nothing to receive either, until the ring comes back and wakes us. */
	if (fd >= 0)
		epoll_ctl(kick_epoll, EPOLL_CTL_MOD, fd, &event);
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
