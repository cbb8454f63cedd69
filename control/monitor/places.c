/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The connections there are. See places.h.
 */
#include "monitor/places.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/socket.h>

#include "wire/clock.h"

/** One is made to leave when fewer than this are free; it needs a moment for that. */
#define PLACES_FREE_MIN 16

struct monitor_place {
	int fd;
	bool taken;
	bool ended;    /* it was told to leave */
	bool answered; /* a request was */
	bool viewer;
	uint64_t since_ms; /* it has come, was answered last, or has taken something last */
};

static struct {
	pthread_mutex_t lock;
	unsigned int taken, ended, viewers;
	struct monitor_place all[MONITOR_PLACES];
} places = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void
end(struct monitor_place *place)
{
	if (place->ended)
		return;
	shutdown(place->fd, SHUT_RDWR);
	place->ended = true;
	places.ended++;
}

/* Those that never asked anything go first, then who is silent for longest; never a viewer. */
static struct monitor_place *
first_to_go(void)
{
	struct monitor_place *first = NULL;

	for (unsigned int i = 0; i < MONITOR_PLACES; i++) {
		struct monitor_place *place = &places.all[i];

		if (!place->taken || place->ended || place->viewer)
			continue;
		if (first == NULL || place->answered < first->answered ||
		    (place->answered == first->answered && place->since_ms < first->since_ms))
			first = place;
	}
	return first;
}

struct monitor_place *
monitor_place_take(int fd)
{
	struct monitor_place *place = NULL, *old;

	pthread_mutex_lock(&places.lock);
	for (unsigned int i = 0; i < MONITOR_PLACES && place == NULL; i++)
		if (!places.all[i].taken)
			place = &places.all[i];
	if (place != NULL) {
		*place =
			(struct monitor_place){.fd = fd, .taken = true, .since_ms = spp_clock_ms()};
		places.taken++;
	}
	if (places.taken - places.ended > MONITOR_PLACES - PLACES_FREE_MIN &&
	    (old = first_to_go()) != NULL)
		end(old);
	pthread_mutex_unlock(&places.lock);
	return place;
}

void
monitor_place_leave(struct monitor_place *place)
{
	pthread_mutex_lock(&places.lock);
	places.taken--;
	places.ended -= place->ended;
	places.viewers -= place->viewer;
	*place = (struct monitor_place){.fd = -1};
	pthread_mutex_unlock(&places.lock);
}

void
monitor_place_answered(struct monitor_place *place)
{
	pthread_mutex_lock(&places.lock);
	place->answered = true;
	place->since_ms = spp_clock_ms();
	pthread_mutex_unlock(&places.lock);
}

bool
monitor_place_view(struct monitor_place *place)
{
	bool yes;

	pthread_mutex_lock(&places.lock);
	yes = !place->viewer && places.viewers < MONITOR_VIEWERS;
	if (yes) {
		place->viewer = true;
		place->since_ms = spp_clock_ms();
		places.viewers++;
	}
	pthread_mutex_unlock(&places.lock);
	return yes;
}

void
monitor_place_viewed(struct monitor_place *place)
{
	pthread_mutex_lock(&places.lock);
	place->since_ms = spp_clock_ms();
	pthread_mutex_unlock(&places.lock);
}

void
monitor_place_expire(uint64_t interval_ms)
{
	uint64_t now_ms = spp_clock_ms();

	pthread_mutex_lock(&places.lock);
	for (unsigned int i = 0; i < MONITOR_PLACES; i++) {
		struct monitor_place *place = &places.all[i];
		uint64_t most_ms = place->viewer     ? interval_ms + MONITOR_VIEWER_MS
				   : place->answered ? MONITOR_NEXT_MS
						     : MONITOR_FIRST_MS;

		if (place->taken && now_ms - place->since_ms > most_ms)
			end(place);
	}
	pthread_mutex_unlock(&places.lock);
}
