/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * When something is short: a consumer that does not take its packets, a CPU that somebody keeps
 * busy, a vector pool that is empty, a device without credits. It costs those concerned and nobody
 * else.
 */
#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/evdev.h"

#define MANY 100000

/* A consumer that stands still: its ring fills up, its producer and everybody else go on. */
static void
a_stalled_consumer_costs_its_own_packets_only(void **state)
{
	struct bench *b = *state;
	struct fake_port *nic = fake_nic(0);
	uint64_t dropped;

	add(&b->staged, "a@2 forward nic0 > ring0");
	add(&b->staged, "b@3 forward ring0 > vhost0");
	add(&b->staged, "other@4 forward nic1 > vhost1");
	bench_wire(b);
	fake_block(fake_vhost(0));
	nic->window = FAKE_POOL;
	fake_run(nic, true);
	fake_send(fake_nic(1), MANY);
	WAIT_FOR(fake_is_blocked(fake_vhost(0)));
	WAIT_FOR(fake_received(fake_vhost(1), fake_nic(1), 0) == MANY);
	WAIT_FOR(bench_drops(b, SPP_DROP_RING_FULL) > MANY);
	fake_run(nic, false);
	fake_unblock(fake_vhost(0));
	WAIT_FOR(bench_is_quiet());
	dropped = bench_port(b, "ring0").tx_drops[SPP_DROP_RING_FULL];
	assert_int_equal(bench_all_drops(b), dropped);
	assert_int_equal(fake_received(fake_vhost(0), nic, 0) + dropped, fake_sent(nic));
}

/* A ring holds 2,048 packets however few come at a time: here each has a vector of its own. */
static void
single_packets_fill_a_ring_no_faster(void **state)
{
	struct bench *b = *state;
	struct fake_port *nic = fake_nic(0);

	add(&b->staged, "a@2 forward nic0 > ring0");
	add(&b->staged, "b@1 forward ring0 > vhost0");
	bench_wire(b);
	fake_block(fake_vhost(0));
	nic->window = FAKE_POOL;
	nic->burst = 1;
	fake_send(nic, 1500);
	WAIT_FOR(fake_is_blocked(fake_vhost(0)));
	usleep(20000);
	fake_unblock(fake_vhost(0));
	WAIT_FOR(bench_is_quiet());
	assert_int_equal(bench_all_drops(b), 0);
	assert_int_equal(fake_received(fake_vhost(0), nic, 0), 1500);
	/* and it has an end */
	fake_block(fake_vhost(0));
	fake_send(nic, 3000);
	WAIT_FOR(fake_is_blocked(fake_vhost(0)));
	usleep(20000);
	fake_unblock(fake_vhost(0));
	WAIT_FOR(bench_is_quiet());
	assert_int_equal(fake_received(fake_vhost(0), nic, 0) +
				 bench_port(b, "ring0").tx_drops[SPP_DROP_RING_FULL],
			 4500);
}

/* The classifier shares its lcore with a component that runs well. */
static void
a_stalled_consumer_leaves_the_others_of_its_classifier_alone(void **state)
{
	struct bench *b = *state;
	struct fake_port *nic = fake_nic(0);
	uint64_t dropped;

	add(&b->staged, "c@1 classifier nic0 > ring0 ring2");
	add(&b->staged, "f@3 forward ring0 > vhost0");
	add(&b->staged, "g@2 forward ring2 > vhost1");
	add(&b->staged, "back@1 forward vhost1 > nic1");
	bench_entry(b, 0, "ring0");
	bench_entry(b, 1, "ring2");
	bench_wire(b);
	fake_set_streams(nic, 2);
	fake_block(fake_vhost(0));
	nic->window = FAKE_POOL;
	fake_run(nic, true);
	fake_run(fake_vhost(1), true);
	WAIT_FOR(fake_is_blocked(fake_vhost(0)));
	WAIT_FOR(fake_received(fake_vhost(1), nic, 1) > MANY);
	fake_run(nic, false);
	fake_run(fake_vhost(1), false);
	fake_unblock(fake_vhost(0));
	WAIT_FOR(bench_is_quiet());
	dropped = bench_port(b, "ring0").tx_drops[SPP_DROP_RING_FULL];
	assert_int_equal(fake_received(fake_vhost(0), nic, 0) + dropped, nic->stream_sent[0]);
	/* It goes at the other one's pace. Some are lost until the hung one is known as hung, more
	 * on a busy machine, but not most: those who wait for nobody lose nine in ten. */
	dropped = bench_port(b, "ring2").tx_drops[SPP_DROP_RING_FULL];
	assert_int_equal(fake_received(fake_vhost(1), nic, 1) + dropped, nic->stream_sent[1]);
	assert_in_range(dropped, 0, nic->stream_sent[1] / 2);
}

/* With --dispatch auto what it does needs no scheduler, what its neighbour does needs it. */
static void
a_busy_component_lets_its_neighbour_have_its_turn(void **state)
{
	struct bench *b = *state;
	uint64_t start, slowest = 0;
	unsigned int i;

	add(&b->staged, "busy@1 forward nic1 > nic2");
	add(&b->staged, "a@1 forward nic0 > ring0");
	add(&b->staged, "b@2 forward ring0 > vhost0");
	bench_wire(b);
	fake_run(fake_nic(1), true);
	for (i = 1; i <= 20; i++) {
		start = bench_now_ms();
		fake_send(fake_nic(0), 1);
		WAIT_FOR(fake_received(fake_vhost(0), fake_nic(0), 0) == i);
		slowest = RTE_MAX(slowest, bench_now_ms() - start);
	}
	fake_run(fake_nic(1), false);
	WAIT_FOR(bench_is_quiet());
	assert_in_range(slowest, 0, 200);
}

/* More sources than the budget of their component lets be polled in a round. */
static void
sources_have_their_turn_one_as_the_other(void **state)
{
	struct bench *b = *state;
	uint64_t least = UINT64_MAX, most = 0, sent;
	char wiring[512] = "many@1 merge";
	unsigned int i;

	for (i = 0; i < 12; i++)
		snprintf(wiring + strlen(wiring), sizeof(wiring) - strlen(wiring), " nic%u vhost%u",
			 i, i);
	snprintf(wiring + strlen(wiring), sizeof(wiring) - strlen(wiring), " > ring0");
	add(&b->staged, wiring);
	add(&b->staged, "behind@2 forward ring0 > vhost12");
	bench_wire(b);
	for (i = 0; i < 12; i++) {
		fake_run(fake_nic(i), true);
		fake_run(fake_vhost(i), true);
	}
	WAIT_FOR(fake_received(fake_vhost(12), fake_nic(0), 0) > MANY);
	for (i = 0; i < 12; i++) {
		fake_run(fake_nic(i), false);
		fake_run(fake_vhost(i), false);
	}
	WAIT_FOR(bench_is_quiet());
	for (i = 0; i < 24; i++) {
		sent = fake_sent(i < 12 ? fake_nic(i) : fake_vhost(i - 12));
		least = RTE_MIN(least, sent);
		most = RTE_MAX(most, sent);
	}
	if (least * 110 < most * 100)
		fail_msg("the least polled of 24 sources delivered %" PRIu64 ", the most %" PRIu64,
			 least, most);
}

/* Take vectors out of the pool until so many are left. Nothing is wired: workers are not in it. */
static unsigned int
hold_vectors(struct bench *b, void *held[], unsigned int leave)
{
	unsigned int nb = 0, lcore_id;

	for (lcore_id = 0; lcore_id <= BENCH_WORKERS; lcore_id++)
		rte_mempool_cache_flush(rte_mempool_default_cache(b->vectors, lcore_id),
					b->vectors);
	while (nb < BENCH_VECTORS && rte_mempool_get(b->vectors, &held[nb]) == 0)
		nb++;
	while (leave-- > 0)
		rte_mempool_generic_put(b->vectors, &held[--nb], 1, NULL);
	return nb;
}

static void
packets_of_a_source_without_a_vector_are_counted(void **state)
{
	static void *held[BENCH_VECTORS];
	struct bench *b = *state;
	unsigned int nb = hold_vectors(b, held, 0);

	add(&b->staged, "a@2 forward nic0 > vhost0");
	bench_wire(b);
	fake_send(fake_nic(0), 1000);
	WAIT_FOR(bench_is_quiet());
	rte_mempool_generic_put(b->vectors, held, nb, NULL);
	assert_int_equal(bench_port(b, "nic0").rx_drops[SPP_DROP_NO_VECTOR], 1000);
	assert_int_equal(bench_all_drops(b), 1000);
	fake_send(fake_nic(0), 1000);
	WAIT_FOR(fake_received(fake_vhost(0), fake_nic(0), 0) == 1000);
}

static void
packets_a_classifier_has_no_vector_for_are_counted(void **state)
{
	static void *held[BENCH_VECTORS];
	struct bench *b = *state;
	unsigned int nb = hold_vectors(b, held, 1);

	add(&b->staged, "c@2 classifier nic0 > ring0 ring1");
	add(&b->staged, "f@2 forward ring0 > vhost0");
	add(&b->staged, "g@2 forward ring1 > vhost1");
	bench_entry(b, 0, "ring0");
	bench_entry(b, 1, "ring1");
	bench_wire(b);
	fake_set_streams(fake_nic(0), 2);
	fake_nic(0)->window = SPP_VECTOR_SIZE;
	fake_send(fake_nic(0), 3200);
	WAIT_FOR(bench_is_quiet());
	rte_mempool_generic_put(b->vectors, held, nb, NULL);
	assert_int_equal(bench_port(b, "ring0").tx_drops[SPP_DROP_NO_VECTOR], 1600);
	assert_int_equal(bench_port(b, "ring1").tx_drops[SPP_DROP_NO_VECTOR], 1600);
	assert_int_equal(bench_all_drops(b), 3200);
}

/* Events that nobody works on, in a queue without a component: until the device takes no more. */
static unsigned int
hold_credits(struct bench *b)
{
	struct rte_event event = {.op = RTE_EVENT_OP_NEW,
				  .sched_type = RTE_SCHED_TYPE_ATOMIC,
				  .queue_id = (uint8_t)(spp_evdev_nb_queues(BENCH_WORKERS) - 1)};
	unsigned int nb = 0, refused = 0;

	while (refused < 20) {
		spp_sleeper_wake(b->sched.sleeper);
		if (rte_event_enqueue_burst(b->dev_id, BENCH_WORKERS, &event, 1) == 1) {
			nb++;
			refused = 0;
		} else {
			refused++;
			usleep(100);
		}
	}
	return nb;
}

static void
give_credits(struct bench *b, unsigned int nb)
{
	uint64_t until = bench_now_ms() + BENCH_WAIT_MS;
	struct rte_event event;

	while (nb > 0) {
		assert_true(bench_now_ms() < until);
		spp_sleeper_wake(b->sched.sleeper);
		if (rte_event_dequeue_burst(b->dev_id, BENCH_WORKERS, &event, 1, 0) == 0)
			continue;
		event.op = RTE_EVENT_OP_RELEASE;
		if (rte_event_enqueue_burst(b->dev_id, BENCH_WORKERS, &event, 1) == 1)
			nb--;
	}
}

static void
packets_without_a_credit_are_counted(void **state)
{
	struct bench *b = *state;
	uint64_t dropped;
	unsigned int nb;

	add(&b->staged, "a@2 forward nic0 > ring0");
	add(&b->staged, "f@3 forward ring0 > vhost0");
	bench_wire(b);
	nb = hold_credits(b);
	assert_in_range(nb, SPP_NEW_EVENT_THRESHOLD / 2, 2 * SPP_NEW_EVENT_THRESHOLD);
	fake_send(fake_nic(0), 1000);
	WAIT_FOR(bench_is_quiet());
	dropped = bench_drops(b, SPP_DROP_NO_CREDIT);
	assert_in_range(dropped, 1, 1000);
	assert_int_equal(bench_all_drops(b), dropped);
	assert_int_equal(fake_received(fake_vhost(0), fake_nic(0), 0) + dropped, 1000);
	give_credits(b, nb);
	fake_send(fake_nic(0), 1000);
	WAIT_FOR(fake_received(fake_vhost(0), fake_nic(0), 0) == 2000 - dropped);
	assert_int_equal(bench_all_drops(b), dropped);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(a_stalled_consumer_costs_its_own_packets_only),
		BENCH_TEST(single_packets_fill_a_ring_no_faster),
		BENCH_TEST(a_stalled_consumer_leaves_the_others_of_its_classifier_alone),
		BENCH_TEST(a_busy_component_lets_its_neighbour_have_its_turn),
		BENCH_TEST(sources_have_their_turn_one_as_the_other),
		BENCH_TEST(packets_of_a_source_without_a_vector_are_counted),
		BENCH_TEST(packets_a_classifier_has_no_vector_for_are_counted),
		BENCH_TEST(packets_without_a_credit_are_counted),
	};
	int ret = bench_init(argc, argv);

	return ret != 0 ? ret : cmocka_run_group_tests_name("shortage", tests, NULL, NULL);
}
