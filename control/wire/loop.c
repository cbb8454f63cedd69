/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The event loop of the control thread, on poll(2). See loop.h.
 */
#include "wire/loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "wire/clock.h"

struct watch {
	int fd; /**< -1: gone, to be forgotten after this round */
	short events;
	void (*ready)(void *arg, int fd, short revents);
	void *arg;
};

struct spp_loop {
	struct watch *watches;
	struct pollfd *fds;
	unsigned int nb, size;
	struct spp_timer *timers;
	int stop_fd;
	bool stopped;
};

static void
stop_ready(void *arg, int fd, short revents)
{
	struct spp_loop *loop = arg;
	uint64_t count;

	loop->stopped = read(fd, &count, sizeof(count)) == sizeof(count);
}

int
spp_loop_create(struct spp_loop **out)
{
	struct spp_loop *loop = calloc(1, sizeof(*loop));
	int ret;

	if (loop == NULL)
		return -ENOMEM;
	loop->stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ret = loop->stop_fd < 0 ? -errno
				: spp_loop_watch(loop, loop->stop_fd, POLLIN, stop_ready, loop);
	if (ret < 0) {
		spp_loop_destroy(loop);
		return ret;
	}
	*out = loop;
	return 0;
}

void
spp_loop_destroy(struct spp_loop *loop)
{
	if (loop == NULL)
		return;
	if (loop->stop_fd >= 0)
		close(loop->stop_fd);
	free(loop->watches);
	free(loop->fds);
	free(loop);
}

static struct watch *
find_watch(struct spp_loop *loop, int fd)
{
	unsigned int i;

	for (i = 0; i < loop->nb; i++) {
		if (loop->watches[i].fd == fd)
			return &loop->watches[i];
	}
	return NULL;
}

static int
grow(struct spp_loop *loop)
{
	unsigned int size = loop->size + 16;
	struct watch *watches = realloc(loop->watches, size * sizeof(*watches));
	struct pollfd *fds;

	if (watches == NULL)
		return -ENOMEM;
	loop->watches = watches;
	fds = realloc(loop->fds, size * sizeof(*fds));
	if (fds == NULL)
		return -ENOMEM;
	loop->fds = fds;
	loop->size = size;
	return 0;
}

int
spp_loop_watch(struct spp_loop *loop, int fd, short events,
	       void (*ready)(void *arg, int fd, short revents), void *arg)
{
	if (find_watch(loop, fd) != NULL)
		return -EEXIST;
	if (loop->nb == loop->size && grow(loop) < 0)
		return -ENOMEM;
	loop->watches[loop->nb++] = (struct watch){fd, events, ready, arg};
	return 0;
}

void
spp_loop_change(struct spp_loop *loop, int fd, short events)
{
	struct watch *watch = find_watch(loop, fd);

	if (watch != NULL)
		watch->events = events;
}

void
spp_loop_unwatch(struct spp_loop *loop, int fd)
{
	struct watch *watch = find_watch(loop, fd);

	if (watch != NULL)
		watch->fd = -1;
}

void
spp_loop_timer_stop(struct spp_loop *loop, struct spp_timer *timer)
{
	struct spp_timer **link = &loop->timers;

	if (timer->deadline_ms == 0)
		return;
	while (*link != timer)
		link = &(*link)->next;
	*link = timer->next;
	timer->deadline_ms = 0;
}

void
spp_loop_timer_start(struct spp_loop *loop, struct spp_timer *timer, unsigned int ms)
{
	spp_loop_timer_stop(loop, timer);
	timer->deadline_ms = spp_clock_ms() + ms;
	timer->next = loop->timers;
	loop->timers = timer;
}

static struct spp_timer *
next_timer(const struct spp_loop *loop)
{
	struct spp_timer *timer, *first = loop->timers;

	for (timer = loop->timers; timer != NULL; timer = timer->next) {
		if (timer->deadline_ms < first->deadline_ms)
			first = timer;
	}
	return first;
}

/** Milliseconds until the next timer, -1: there is none. */
static int
poll_timeout(const struct spp_loop *loop)
{
	const struct spp_timer *timer = next_timer(loop);
	uint64_t now = spp_clock_ms();

	if (timer == NULL)
		return -1;
	if (timer->deadline_ms <= now)
		return 0;
	return timer->deadline_ms - now > INT_MAX ? INT_MAX : (int)(timer->deadline_ms - now);
}

static void
run_timers(struct spp_loop *loop)
{
	uint64_t now = spp_clock_ms();
	struct spp_timer *timer;

	while ((timer = next_timer(loop)) != NULL && timer->deadline_ms <= now) {
		spp_loop_timer_stop(loop, timer);
		timer->expired(timer->arg);
	}
}

static void
forget_unwatched(struct spp_loop *loop)
{
	unsigned int i, kept = 0;

	for (i = 0; i < loop->nb; i++) {
		if (loop->watches[i].fd >= 0)
			loop->watches[kept++] = loop->watches[i];
	}
	loop->nb = kept;
}

/** Callbacks may watch and unwatch: positions below nb stay, only ends grow. */
static void
run_ready(struct spp_loop *loop, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++) {
		struct watch watch = loop->watches[i];
		short revents = loop->fds[i].revents;

		if (revents != 0 && watch.fd == loop->fds[i].fd)
			watch.ready(watch.arg, watch.fd, revents);
	}
}

int
spp_loop_run(struct spp_loop *loop)
{
	unsigned int i, nb;

	loop->stopped = false;
	while (!loop->stopped) {
		forget_unwatched(loop);
		nb = loop->nb;
		for (i = 0; i < nb; i++)
			loop->fds[i] = (struct pollfd){.fd = loop->watches[i].fd,
						       .events = loop->watches[i].events};
		if (poll(loop->fds, nb, poll_timeout(loop)) < 0) {
			if (errno != EINTR)
				return -errno;
			continue;
		}
		run_ready(loop, nb);
		run_timers(loop);
	}
	return 0;
}

void
spp_loop_stop(struct spp_loop *loop)
{
	uint64_t one = 1;
	int saved = errno;
	ssize_t written = write(loop->stop_fd, &one, sizeof(one));

	(void)written; /* cannot be full, and a signal handler could do nothing about it */
	errno = saved;
}
