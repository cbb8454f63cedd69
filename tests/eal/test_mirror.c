/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A mirror under packets: what its first port gets it gets as if there were no copies, and every
 * copy is whole and in order; who has no room for copies loses them alone. Each case also proves
 * (bench_stop) that every mbuf, vector and credit is back afterwards.
 */
#include "bench.h"

#define MANY   100000
#define ROUNDS 100

static void
check_received(const struct fake_port *sink, const struct fake_port *source, uint64_t nb)
{
	assert_int_equal(fake_received(sink, source, 0), nb);
	assert_int_equal(sink->from[source->index][0].lost, 0);
	assert_int_equal(sink->from[source->index][0].backwards, 0);
}

/* The port dropped for no other reason, and nobody else did at all. */
static uint64_t
only_drops(struct bench *b, const char *port, enum spp_drop reason)
{
	uint64_t nb = bench_port(b, port).tx_drops[reason];

	assert_int_equal(bench_all_drops(b), nb);
	return nb;
}

static void
every_port_gets_everything_in_order(void **state)
{
	struct bench *b = *state;
	unsigned int i;

	add(&b->staged, "m@1 mirror nic0 > ring0 vhost1 ring1 nic1 vhost2 vhost3 vhost4 ring2");
	add(&b->staged, "a@2 forward ring0 > vhost0");
	add(&b->staged, "c@3 forward ring1 > vhost5");
	add(&b->staged, "d@1 forward ring2 > vhost6");
	bench_wire(b);
	fake_send(fake_nic(0), MANY);
	WAIT_FOR(bench_is_quiet());
	for (i = 0; i < 7; i++)
		check_received(fake_vhost(i), fake_nic(0), MANY);
	check_received(fake_nic(1), fake_nic(0), MANY);
	assert_int_equal(bench_all_drops(b), 0);
	assert_int_equal(bench_queue(b, bench_queue_of(b, "m")).packets, MANY);
}

static void
with_one_port_it_forwards_and_with_none_nothing_is_read(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "m@1 mirror nic0 > vhost0");
	add(&b->staged, "n@2 mirror nic1 > ");
	bench_wire(b);
	fake_send(fake_nic(0), MANY);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), MANY);
	assert_int_equal(fake_nic(1)->polls, 0);
	assert_int_equal(bench_all_drops(b), 0);
}

static void
who_has_no_room_for_copies_costs_the_original_nothing(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "m@1 mirror nic0 > vhost0 vhost1 vhost2");
	bench_wire(b);
	fake_make_room(fake_vhost(1), 100);
	fake_send(fake_nic(0), MANY);
	WAIT_FOR(fake_received(fake_vhost(0), fake_nic(0), 0) == MANY);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), MANY);
	check_received(fake_vhost(2), fake_nic(0), MANY);
	check_received(fake_vhost(1), fake_nic(0), 100);
	assert_int_equal(only_drops(b, "vhost1", SPP_DROP_MIRROR_FULL), MANY - 100);
}

static void
what_the_first_port_cannot_take_the_copies_have(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "m@1 mirror nic0 > vhost0 vhost1 ring0");
	add(&b->staged, "c@2 forward ring0 > vhost2");
	bench_wire(b);
	fake_make_room(fake_vhost(0), 100);
	fake_send(fake_nic(0), MANY);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), 100);
	check_received(fake_vhost(1), fake_nic(0), MANY);
	check_received(fake_vhost(2), fake_nic(0), MANY);
	assert_int_equal(only_drops(b, "vhost0", SPP_DROP_VHOST_FULL), MANY - 100);
}

/* Its consumer stands still: a ring is full sooner or later. */
static void
a_full_ring_of_copies_is_told_from_a_full_ring(void **state)
{
	struct bench *b = *state;
	uint64_t nb;

	add(&b->staged, "m@1 mirror nic0 > vhost0 ring0");
	add(&b->staged, "c@4 forward ring0 > vhost1");
	bench_wire(b);
	fake_block(fake_vhost(1));
	fake_send(fake_nic(0), 1);
	WAIT_FOR(fake_is_blocked(fake_vhost(1)));
	fake_nic(0)->window = FAKE_POOL;
	fake_send(fake_nic(0), 3 * FAKE_POOL / 4);
	WAIT_FOR(bench_port(b, "ring0").tx_drops[SPP_DROP_MIRROR_FULL] > 0);
	WAIT_FOR(fake_received(fake_vhost(0), fake_nic(0), 0) == fake_nic(0)->limit);
	fake_unblock(fake_vhost(1));
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), fake_nic(0)->limit);
	nb = only_drops(b, "ring0", SPP_DROP_MIRROR_FULL);
	assert_int_equal(fake_received(fake_vhost(1), fake_nic(0), 0) + nb, fake_nic(0)->limit);
}

/* A forward becomes a mirror and a forward again, under packets; then one behind a ring of its own,
 * put in before a merge. */
static void
put_in_and_taken_out_without_a_loss(void **state)
{
	struct bench *b = *state;
	uint64_t copies = 0;
	unsigned int round;

	fake_run(fake_nic(0), true);
	fake_run(fake_vhost(1), true);
	for (round = 0; round < ROUNDS; round++) {
		bool with = round % 2 != 0;

		bench_clear(b);
		add(&b->staged,
		    with ? "f@1 mirror nic0 > vhost0 ring2" : "f@1 forward nic0 > vhost0");
		add(&b->staged,
		    with ? "m@2 merge ring3 nic2 > nic1" : "m@2 merge vhost1 nic2 > nic1");
		if (with) {
			add(&b->staged, "i@3 mirror vhost1 > ring3 ring4");
			add(&b->staged, "t@4 merge ring2 ring4 > vhost2");
		}
		bench_wire(b);
		if (with) /* every one has copies to tell of */
			WAIT_FOR(fake_sum(fake_vhost(2)).received > copies);
		copies = fake_sum(fake_vhost(2)).received;
	}
	fake_run(fake_nic(0), false);
	fake_run(fake_vhost(1), false);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), fake_sent(fake_nic(0)));
	check_received(fake_nic(1), fake_vhost(1), fake_sent(fake_vhost(1)));
	assert_int_equal(fake_sum(fake_vhost(2)).backwards, 0);
	assert_int_equal(bench_all_drops(b), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(every_port_gets_everything_in_order),
		BENCH_TEST(with_one_port_it_forwards_and_with_none_nothing_is_read),
		BENCH_TEST(who_has_no_room_for_copies_costs_the_original_nothing),
		BENCH_TEST(what_the_first_port_cannot_take_the_copies_have),
		BENCH_TEST(a_full_ring_of_copies_is_told_from_a_full_ring),
		BENCH_TEST(put_in_and_taken_out_without_a_loss),
	};
	int ret = bench_init(argc, argv);

	return ret != 0 ? ret : cmocka_run_group_tests_name("mirror", tests, NULL, NULL);
}
