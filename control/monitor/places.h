/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The connections there are: how many, and which make way. Used by http; any thread.
 *
 * Who connects always gets in: when places become few, the connection that has waited longest
 * without a whole request makes way. So no number of clients that say nothing, or little, keeps
 * others out. A connection is ended by shutdown(2) of its socket, which libmicrohttpd sees as the
 * client's end.
 */
#ifndef SPP_MONITOR_PLACES_H
#define SPP_MONITOR_PLACES_H

#include <stdbool.h>
#include <stdint.h>

/** Connections at once, of all listeners together. */
#define MONITOR_PLACES 128
/** Of these, viewers that get events. */
#define MONITOR_VIEWERS 32
/** Milliseconds for a first request, from the connection to its answer's last byte. */
#define MONITOR_FIRST_MS 5000
/** The same for a later one, the pause before it included: Prometheus asks every 15 s to 60 s. */
#define MONITOR_NEXT_MS 75000
/** Milliseconds in which a viewer must take something, beside the interval at which events come. */
#define MONITOR_VIEWER_MS 15000

struct monitor_place;

/** A connection has come. NULL: no place, end it. @param fd stays the caller's, open until leave */
struct monitor_place *monitor_place_take(int fd);
/** It has gone. Before its descriptor is closed. */
void monitor_place_leave(struct monitor_place *place);
/** A request of it is answered. */
void monitor_place_answered(struct monitor_place *place);
/** It is a viewer's from now on. False: there are too many. */
bool monitor_place_view(struct monitor_place *place);
/** The viewer has taken something, and goes on. */
void monitor_place_viewed(struct monitor_place *place);
/** End those whose time is over. Once a second or so. @param interval_ms of the events */
void monitor_place_expire(uint64_t interval_ms);

#endif
