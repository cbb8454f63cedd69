/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A switch under packets: guests and wire reach each other, nothing comes back, copies are whole,
 * what is false or too much is counted. Each case also proves (bench_stop) that every mbuf, vector
 * and credit is back afterwards.
 */
#include "bench.h"

#define MANY 100000

static void
check_received(const struct fake_port *sink, const struct fake_port *source, unsigned int stream,
	       uint64_t nb)
{
	assert_int_equal(fake_received(sink, source, stream), nb);
	assert_int_equal(sink->from[source->index][stream].lost, 0);
	assert_int_equal(sink->from[source->index][stream].backwards, 0);
}

/* nic0, vhost0 and vhost1, whose addresses are those of streams 0 and 1; all else is the wire's. */
static struct spp_component *
wire_two(struct bench *b)
{
	struct spp_component *sw = &b->staged.components[b->staged.nb_components];

	add(&b->staged, "sw@1 switch nic0 vhost0 vhost1 > nic0 vhost0 vhost1");
	bench_entry(b, 0, "vhost0");
	bench_entry(b, 1, "vhost1");
	bench_default(b, "nic0");
	return sw;
}

static void
unbounded(struct spp_component *sw)
{
	unsigned int i;

	for (i = 0; i < sw->nb_rx; i++)
		sw->rx[i].storm_pps = SPP_STORM_NONE;
}

static struct spp_component_stats
stats_of(struct bench *b, const char *name)
{
	return bench_queue(b, bench_queue_of(b, name));
}

static void
all_pairs_reach_each_other_and_nobody_itself(void **state)
{
	struct fake_port *ports[] = {fake_nic(0), fake_vhost(0), fake_vhost(1)};
	/* the port to which each stream belongs */
	static const unsigned int home[] = {1, 2, 0};
	struct bench *b = *state;
	unsigned int i, stream;

	wire_two(b);
	bench_wire(b);
	for (i = 0; i < 3; i++) {
		fake_set_streams(ports[i], 3);
		fake_send(ports[i], 3 * MANY);
	}
	WAIT_FOR(bench_is_quiet());
	for (i = 0; i < 3; i++) {
		for (stream = 0; stream < 3; stream++) {
			if (home[stream] != i)
				check_received(ports[home[stream]], ports[i], stream, MANY);
		}
		assert_int_equal(fake_sum(ports[i]).received, 2 * MANY);
	}
	assert_int_equal(stats_of(b, "sw").drops[SPP_DROP_SAME_PORT], 3 * MANY);
	assert_int_equal(bench_all_drops(b), 3 * MANY);
}

static void
a_broadcast_reaches_all_others_once(void **state)
{
	struct fake_port *ports[] = {fake_nic(0), fake_vhost(0), fake_vhost(1)};
	struct bench *b = *state;
	unsigned int i, other;

	unbounded(wire_two(b));
	bench_wire(b);
	for (i = 0; i < 3; i++) {
		memset(ports[i]->mac[0], 0xff, 6);
		fake_send(ports[i], MANY);
	}
	WAIT_FOR(bench_is_quiet());
	for (i = 0; i < 3; i++) {
		for (other = 0; other < 3; other++)
			check_received(ports[i], ports[other], 0, other == i ? 0 : MANY);
	}
	assert_int_equal(bench_all_drops(b), 0);
}

/* Guests behind rings, as the founding document has them, beside one at the switch itself. */
static void
a_guest_behind_a_pair_of_rings_does_not_hear_itself(void **state)
{
	struct bench *b = *state;
	struct spp_component *sw = &b->staged.components[0];

	add(&b->staged, "sw@1 switch nic0 ring1 vhost1 > nic0 ring0 vhost1");
	add(&b->staged, "down@2 forward ring0 > vhost0");
	add(&b->staged, "up@3 forward vhost0 > ring1");
	sw->rx[1].paired = true;
	sw->rx[1].pair = (struct spp_port){.kind = SPP_PORT_RING, .index = 0};
	bench_entry(b, 0, "ring0");
	bench_entry(b, 1, "vhost1");
	bench_default(b, "nic0");
	unbounded(sw);
	bench_wire(b);
	fake_set_streams(fake_vhost(0), 4);
	memset(fake_vhost(0)->mac[3], 0xff, 6);
	fake_send(fake_vhost(0), MANY);
	fake_send(fake_vhost(1), MANY);
	WAIT_FOR(bench_is_quiet());
	assert_int_equal(fake_received(fake_vhost(0), fake_vhost(0), 0), 0);
	assert_int_equal(fake_received(fake_vhost(0), fake_vhost(0), 3), 0);
	check_received(fake_vhost(1), fake_vhost(0), 1, MANY / 4);
	check_received(fake_nic(0), fake_vhost(0), 2, MANY / 4);
	check_received(fake_vhost(1), fake_vhost(0), 3, MANY / 4);
	check_received(fake_nic(0), fake_vhost(0), 3, MANY / 4);
	check_received(fake_vhost(0), fake_vhost(1), 0, MANY);
	assert_int_equal(stats_of(b, "sw").drops[SPP_DROP_SAME_PORT], MANY / 4);
	assert_int_equal(bench_all_drops(b), MANY / 4);
}

static void
an_address_of_two_ports_is_at_both(void **state)
{
	struct bench *b = *state;

	wire_two(b);
	bench_entry(b, 3, "vhost0");
	b->staged.entries[3].nb_more = 1;
	b->staged.entries[3].more[0] = (struct spp_port){.kind = SPP_PORT_VHOST, .index = 1};
	bench_wire(b);
	fake_set_streams(fake_nic(0), 4);
	fake_set_streams(fake_vhost(0), 4);
	fake_send(fake_nic(0), MANY);
	fake_send(fake_vhost(0), MANY);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), 3, MANY / 4);
	check_received(fake_vhost(1), fake_nic(0), 3, MANY / 4);
	check_received(fake_vhost(1), fake_vhost(0), 3, MANY / 4);
	assert_int_equal(fake_received(fake_vhost(0), fake_vhost(0), 3), 0);
}

static void
who_poses_as_another_is_not_heard(void **state)
{
	struct bench *b = *state;
	unsigned int i;

	wire_two(b)->source_check = true;
	bench_wire(b);
	for (i = 0; i < 2; i++) {
		fake_mac(0, fake_vhost(i)->src.addr_bytes); /* it is vhost0's */
		fake_set_streams(fake_vhost(i), 3);
		fake_send(fake_vhost(i), 3 * MANY);
	}
	fake_mac(0, fake_nic(0)->src.addr_bytes);
	fake_send(fake_nic(0), MANY); /* the wire may say what it likes */
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(1), fake_vhost(0), 1, MANY);
	check_received(fake_nic(0), fake_vhost(0), 2, MANY);
	check_received(fake_vhost(0), fake_nic(0), 0, MANY);
	assert_int_equal(fake_sum(fake_vhost(0)).received, MANY);
	assert_int_equal(fake_sum(fake_nic(0)).received, MANY);
	assert_int_equal(bench_port(b, "vhost1").rx_drops[SPP_DROP_SPOOFED], 3 * MANY);
	assert_int_equal(bench_port(b, "vhost0").rx_drops[SPP_DROP_SPOOFED], 0);
	/* as by one port, so by both */
	b->staged.entries[0].nb_more = 1;
	b->staged.entries[0].more[0] = (struct spp_port){.kind = SPP_PORT_VHOST, .index = 1};
	bench_wire(b);
	fake_send(fake_vhost(1), 3);
	WAIT_FOR(bench_is_quiet());
	assert_int_equal(bench_port(b, "vhost1").rx_drops[SPP_DROP_SPOOFED], 3 * MANY);
	assert_int_equal(fake_received(fake_nic(0), fake_vhost(1), 2), 1);
}

/* A guest's broadcasts without end: some pass, the others are counted, nobody else is in want. */
static void
a_storm_is_bounded_and_leaves_the_others_alone(void **state)
{
	struct bench *b = *state;
	uint64_t start = bench_now_ms(), passed, windows;

	wire_two(b);
	bench_wire(b);
	memset(fake_vhost(0)->mac[0], 0xff, 6);
	fake_run(fake_vhost(0), true);
	fake_send(fake_vhost(1), MANY); /* to vhost0 */
	WAIT_FOR(fake_received(fake_vhost(0), fake_vhost(1), 0) == MANY);
	WAIT_FOR(bench_now_ms() > start + 500);
	fake_run(fake_vhost(0), false);
	WAIT_FOR(bench_is_quiet());
	windows = (bench_now_ms() - start) / 100 + 2;
	passed = fake_received(fake_vhost(1), fake_vhost(0), 0);
	assert_in_range(passed, SPP_STORM_DEFAULT_PPS / 10, windows * SPP_STORM_DEFAULT_PPS / 10);
	assert_int_equal(fake_received(fake_nic(0), fake_vhost(0), 0), passed);
	assert_int_equal(bench_port(b, "vhost0").rx_drops[SPP_DROP_STORM],
			 fake_sent(fake_vhost(0)) - passed);
	check_received(fake_vhost(0), fake_vhost(1), 0, MANY);
	assert_int_equal(bench_all_drops(b), fake_sent(fake_vhost(0)) - passed);
}

/* vhost0 and vhost1 always have packets; how many they sent once vhost0 is beyond its bound. */
static void
measure(struct bench *b, struct fake_port *storm, uint64_t *stormed, uint64_t *others)
{
	const char *name = storm == fake_nic(0) ? "nic0" : "vhost0";

	storm->window = FAKE_POOL;
	fake_run(storm, true);
	fake_vhost(1)->window = FAKE_POOL;
	fake_run(fake_vhost(1), true); /* to vhost0 */
	WAIT_FOR(bench_port(b, name).rx_drops[SPP_DROP_STORM] > 0);
	*stormed = fake_sent(storm);
	*others = fake_sent(fake_vhost(1));
	WAIT_FOR(fake_sent(fake_vhost(1)) > *others + 10 * MANY);
	*stormed = fake_sent(storm) - *stormed;
	*others = fake_sent(fake_vhost(1)) - *others;
	fake_run(storm, false);
	fake_run(fake_vhost(1), false);
	WAIT_FOR(bench_is_quiet());
}

/* Who sends more broadcasts than are taken has its turn less often than who sends none. */
static void
a_storm_takes_little_of_the_worker_s_time(void **state)
{
	struct bench *b = *state;
	uint64_t storm, others;

	wire_two(b);
	bench_wire(b);
	memset(fake_vhost(0)->mac[0], 0xff, 6);
	measure(b, fake_vhost(0), &storm, &others);
	assert_true(storm < others / 16);
	/* alone it waits for nobody */
	fake_send(fake_vhost(0), MANY);
	WAIT_FOR(bench_is_quiet());
}

/* Others may make a guest send broadcasts (ARP of a router that is scanned): its unicast goes on.
 */
static void
who_sends_mostly_unicast_keeps_its_turns(void **state)
{
	struct bench *b = *state;
	uint64_t storm, others;

	wire_two(b);
	bench_wire(b);
	fake_set_streams(fake_vhost(0), 4); /* to itself, to vhost1, and twice to the wire */
	memset(fake_vhost(0)->mac[0], 0xff, 6);
	measure(b, fake_vhost(0), &storm, &others);
	assert_true(storm > others / 4);
}

/* What waits in a NIC is lost: a bound on its broadcasts costs its other packets nothing. */
static void
a_nic_never_waits(void **state)
{
	struct bench *b = *state;
	uint64_t storm, others;

	wire_two(b)->rx[0].storm_pps = 1000;
	bench_wire(b);
	memset(fake_nic(0)->mac[0], 0xff, 6);
	measure(b, fake_nic(0), &storm, &others);
	assert_true(storm > others / 4);
}

/* From the founding style to a switch and back, in one flush each, under packets. */
static void
both_styles_follow_each_other_without_a_loss(void **state)
{
	struct bench *b = *state;
	unsigned int round;

	fake_run(fake_nic(0), true);
	fake_run(fake_vhost(1), true);
	memset(fake_vhost(1)->mac[0], 0x02, 6);
	for (round = 0; round < 100; round++) {
		bench_clear(b);
		if (round % 2 == 0) {
			add(&b->staged, "cls@1 classifier nic0 > ring0");
			add(&b->staged, "down@2 forward ring0 > vhost0");
			add(&b->staged, "up@3 forward vhost1 > ring3");
			add(&b->staged, "mrg@4 merge ring3 > nic0");
			bench_entry(b, 0, "ring0");
		} else {
			wire_two(b);
		}
		bench_wire(b);
		usleep(2000);
	}
	fake_run(fake_nic(0), false);
	fake_run(fake_vhost(1), false);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), 0, fake_sent(fake_nic(0)));
	check_received(fake_nic(0), fake_vhost(1), 0, fake_sent(fake_vhost(1)));
	assert_true(fake_sent(fake_nic(0)) > 0);
	assert_int_equal(bench_all_drops(b), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(all_pairs_reach_each_other_and_nobody_itself),
		BENCH_TEST(a_broadcast_reaches_all_others_once),
		BENCH_TEST(a_guest_behind_a_pair_of_rings_does_not_hear_itself),
		BENCH_TEST(an_address_of_two_ports_is_at_both),
		BENCH_TEST(who_poses_as_another_is_not_heard),
		BENCH_TEST(a_storm_is_bounded_and_leaves_the_others_alone),
		BENCH_TEST(a_storm_takes_little_of_the_worker_s_time),
		BENCH_TEST(who_sends_mostly_unicast_keeps_its_turns),
		BENCH_TEST(a_nic_never_waits),
		BENCH_TEST(both_styles_follow_each_other_without_a_loss),
	};
	int ret = bench_init(argc, argv);

	return ret != 0 ? ret : cmocka_run_group_tests_name("switch", tests, NULL, NULL);
}
