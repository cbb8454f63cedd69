/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The event loop of the control thread: descriptors and timers.
 *
 * Used by serve, and by answer/tell. Knows nothing of what they do. Everything on one thread but
 * spp_loop_stop().
 */
#ifndef SPP_CONTROL_LOOP_H
#define SPP_CONTROL_LOOP_H

#include <stdint.h>

struct spp_loop;

/** Belongs to its user, who fills in expired and arg, and stops it before it goes away. */
struct spp_timer {
	uint64_t deadline_ms; /**< 0: off */
	void (*expired)(void *arg);
	void *arg;
	struct spp_timer *next;
};

int spp_loop_create(struct spp_loop **out);
void spp_loop_destroy(struct spp_loop *loop);

/**
 * Call `ready` whenever one of the poll(2) events is there (errors and hang-ups always count).
 * -EEXIST: already watched.
 */
int spp_loop_watch(struct spp_loop *loop, int fd, short events,
		   void (*ready)(void *arg, int fd, short revents), void *arg);
void spp_loop_change(struct spp_loop *loop, int fd, short events);
void spp_loop_unwatch(struct spp_loop *loop, int fd);

/** (Re)start a timer to expire once, `ms` from now. */
void spp_loop_timer_start(struct spp_loop *loop, struct spp_timer *timer, unsigned int ms);
void spp_loop_timer_stop(struct spp_loop *loop, struct spp_timer *timer);

/** Serve until spp_loop_stop(). 0, or -errno when poll itself fails. */
int spp_loop_run(struct spp_loop *loop);
/** Async-signal-safe; any thread. */
void spp_loop_stop(struct spp_loop *loop);

#endif
