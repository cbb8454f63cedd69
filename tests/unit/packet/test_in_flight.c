/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What is in flight is never less than nothing for a third thread that looks while others move on:
 * the difference has no sign, and less than nothing would be more than anything.
 */
#include "unit.h"

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "packet/in_flight.h"

#define LOOK_MS 300
#define PACKETS 3

static struct spp_in_flight port;
static bool stop;

/* Producer and consumer in one: one vector at a time. */
static void *
move_on(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		spp_in_flight_enqueued(&port, PACKETS);
		spp_in_flight_done(&port, PACKETS);
	}
	return arg;
}

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
is_never_less_than_nothing(void **state)
{
	uint64_t most_vectors = 0, most_packets = 0, nb, end = now_ms() + LOOK_MS;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, move_on, NULL), 0);
	while (now_ms() < end) {
		nb = spp_in_flight_vectors(&port);
		most_vectors = nb > most_vectors ? nb : most_vectors;
		nb = spp_in_flight_packets(&port);
		most_packets = nb > most_packets ? nb : most_packets;
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	assert_true(port.enq_vectors > 0);
	/* More than there was, since time passes between two loads; but no more than ever came. */
	assert_in_range(most_vectors, 0, port.enq_vectors);
	assert_in_range(most_packets, 0, port.enq_packets);
	assert_int_equal(spp_in_flight_vectors(&port), 0);
	assert_int_equal(spp_in_flight_packets(&port), 0);
}

static void
what_the_device_refuses_is_taken_back(void **state)
{
	struct spp_in_flight one = {0};

	(void)state;
	spp_in_flight_enqueued(&one, PACKETS);
	spp_in_flight_added(&one, 1);
	assert_int_equal(spp_in_flight_vectors(&one), 1);
	assert_int_equal(spp_in_flight_packets(&one), PACKETS + 1);
	spp_in_flight_refused(&one, PACKETS + 1);
	assert_int_equal(spp_in_flight_vectors(&one), 0);
	assert_int_equal(spp_in_flight_packets(&one), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_never_less_than_nothing),
		cmocka_unit_test(what_the_device_refuses_is_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
