/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Packets for which a port has no room wait a moment, in order, and keep nobody else waiting; a
 * port that takes nothing for some milliseconds has nothing waiting for it any more.
 */
#include "bench.h"

#define MANY 100000

static uint64_t
full(struct bench *b, const char *port)
{
	return bench_port(b, port).tx_drops[SPP_DROP_VHOST_FULL];
}

static void
what_has_no_room_waits_and_is_sent_in_order(void **state)
{
	struct bench *b = *state;
	struct fake_port *guest = fake_vhost(0);

	add(&b->staged, "a@1 forward nic0 > vhost0");
	bench_wire(b);
	fake_make_room(guest, 100);
	fake_send(fake_nic(0), 300);
	WAIT_FOR(guest->taken == 100);
	assert_int_equal(full(b, "vhost0"), 0);
	fake_make_room(guest, UINT64_MAX);
	WAIT_FOR(bench_is_quiet());
	assert_int_equal(fake_received(guest, fake_nic(0), 0), 300);
	assert_int_equal(fake_sum(guest).lost, 0);
	assert_int_equal(bench_all_drops(b), 0);
}

/* It takes a few at a time, slower than they come: the newest are dropped, the rest in order. */
static void
a_slow_port_gets_what_it_can_take(void **state)
{
	struct bench *b = *state;
	struct fake_port *guest = fake_vhost(0);
	unsigned int i;

	add(&b->staged, "a@1 forward nic0 > vhost0");
	bench_wire(b);
	fake_make_room(guest, 0);
	fake_nic(0)->window = FAKE_POOL;
	fake_run(fake_nic(0), true);
	for (i = 0; i < 200; i++) {
		fake_make_room(guest, 50);
		WAIT_FOR(guest->taken >= 50ull * i);
	}
	fake_run(fake_nic(0), false);
	fake_make_room(guest, UINT64_MAX);
	WAIT_FOR(bench_is_quiet());
	assert_int_equal(fake_received(guest, fake_nic(0), 0) + full(b, "vhost0"),
			 fake_sent(fake_nic(0)));
	assert_true(full(b, "vhost0") > 0);
}

static void
a_port_that_takes_nothing_costs_the_others_nothing(void **state)
{
	struct bench *b = *state;
	struct fake_port *guest = fake_vhost(0);

	add(&b->staged, "a@1 forward nic0 > vhost0");
	add(&b->staged, "b@1 forward nic1 > vhost1");
	bench_wire(b);
	fake_make_room(guest, 0);
	fake_send(fake_nic(0), 400);
	fake_send(fake_nic(1), MANY);
	WAIT_FOR(fake_received(fake_vhost(1), fake_nic(1), 0) == MANY);
	/* after some milliseconds nothing waits any more ... */
	WAIT_FOR(fake_is_home(fake_nic(0)));
	assert_int_equal(full(b, "vhost0"), 400);
	/* ... and what comes then is dropped at once, until it takes something */
	fake_send(fake_nic(0), 400);
	WAIT_FOR(fake_sent(fake_nic(0)) == 800 && fake_is_home(fake_nic(0)));
	fake_make_room(guest, 10);
	fake_send(fake_nic(0), 400);
	WAIT_FOR(guest->taken == 10);
	fake_make_room(guest, UINT64_MAX);
	WAIT_FOR(bench_is_quiet());
	assert_int_equal(full(b, "vhost0"), 800);
	assert_int_equal(fake_received(guest, fake_nic(0), 0), 400);
	assert_int_equal(bench_all_drops(b), 800);
}

static void
one_that_never_has_room_goes_alone(void **state)
{
	struct bench *b = *state;
	struct fake_port *guest = fake_vhost(0);

	add(&b->staged, "a@1 forward nic0 > vhost0");
	bench_wire(b);
	guest->never = 1;
	fake_send(fake_nic(0), 32);
	WAIT_FOR(bench_is_quiet());
	assert_int_equal(fake_received(guest, fake_nic(0), 0), 31);
	assert_int_equal(full(b, "vhost0"), 1);
}

/* A flush waits for what waits: afterwards another worker may send to the port. */
static void
a_flush_while_packets_wait_keeps_their_order(void **state)
{
	struct bench *b = *state;
	struct fake_port *guest = fake_vhost(0);
	unsigned int i;

	add(&b->staged, "a@1 forward nic0 > vhost0");
	bench_wire(b);
	fake_run(fake_nic(0), true);
	for (i = 0; i < 100; i++) {
		fake_make_room(guest, 40);
		usleep(300);
		b->staged.components[0].lcore_id = (uint16_t)(1 + (i + 1) % BENCH_WORKERS);
		bench_wire(b);
	}
	fake_run(fake_nic(0), false);
	fake_make_room(guest, UINT64_MAX);
	WAIT_FOR(bench_is_quiet());
	assert_int_equal(fake_received(guest, fake_nic(0), 0) + full(b, "vhost0"),
			 fake_sent(fake_nic(0)));
}

static void
a_component_that_goes_takes_along_what_waits(void **state)
{
	struct bench *b = *state;
	struct fake_port *guest = fake_vhost(0);

	add(&b->staged, "a@1 forward nic0 > vhost0");
	bench_wire(b);
	fake_make_room(guest, 10);
	fake_send(fake_nic(0), 100);
	WAIT_FOR(guest->taken == 10);
	bench_clear(b);
	bench_wire(b);
	assert_true(fake_is_home(fake_nic(0)));
	assert_int_equal(full(b, "vhost0"), 90);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(what_has_no_room_waits_and_is_sent_in_order),
		BENCH_TEST(a_slow_port_gets_what_it_can_take),
		BENCH_TEST(a_port_that_takes_nothing_costs_the_others_nothing),
		BENCH_TEST(one_that_never_has_room_goes_alone),
		BENCH_TEST(a_flush_while_packets_wait_keeps_their_order),
		BENCH_TEST(a_component_that_goes_takes_along_what_waits),
	};
	int ret = bench_init(argc, argv);

	return ret != 0 ? ret : cmocka_run_group_tests_name("backlog", tests, NULL, NULL);
}
