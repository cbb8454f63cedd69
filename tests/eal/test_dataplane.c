/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What becomes of packets: forwarded, merged, classified, copied, dropped and counted. Each case
 * also proves (bench_stop) that every mbuf, vector and credit is back afterwards.
 */
#include "bench.h"

#define MANY   100000
#define NB_ONE 300 /* single packets */

static void
check_received(const struct fake_port *sink, const struct fake_port *source, unsigned int stream,
	       uint64_t nb)
{
	assert_int_equal(fake_received(sink, source, stream), nb);
	assert_int_equal(sink->from[source->index][stream].lost, 0);
	assert_int_equal(sink->from[source->index][stream].backwards, 0);
}

static void
packets_pass_two_components_over_a_ring_in_order(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "a@1 forward nic0 > ring0");
	add(&b->staged, "b@2 forward ring0 > vhost0");
	bench_wire(b);
	fake_send(fake_nic(0), MANY);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), 0, MANY);
	assert_int_equal(bench_all_drops(b), 0);
	assert_int_equal(bench_port(b, "nic0").rx_packets, MANY);
	assert_int_equal(bench_port(b, "ring0").tx_packets, MANY);
	assert_int_equal(bench_port(b, "ring0").rx_packets, MANY);
	assert_int_equal(bench_port(b, "vhost0").tx_packets, MANY);
	assert_int_equal(bench_queue(b, bench_queue_of(b, "b")).packets, MANY);
}

static void
two_components_of_one_lcore_hand_over_in_order(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "a@2 forward nic0 > ring0");
	add(&b->staged, "b@2 forward ring0 > ring1");
	add(&b->staged, "c@2 forward ring1 > vhost0");
	bench_wire(b);
	fake_send(fake_nic(0), MANY);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), 0, MANY);
	assert_int_equal(bench_all_drops(b), 0);
}

static void
a_merge_keeps_the_order_of_each_source(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "a@1 forward nic0 > ring0");
	add(&b->staged, "b@4 forward nic1 > ring1");
	add(&b->staged, "m@2 merge ring0 ring1 vhost0 > nic2");
	bench_wire(b);
	fake_send(fake_nic(0), MANY);
	fake_send(fake_nic(1), MANY);
	fake_send(fake_vhost(0), MANY);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_nic(2), fake_nic(0), 0, MANY);
	check_received(fake_nic(2), fake_nic(1), 0, MANY);
	check_received(fake_nic(2), fake_vhost(0), 0, MANY);
	assert_int_equal(bench_all_drops(b), 0);
}

static void
both_directions_of_a_port_may_be_used_by_two_components(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "out@1 forward nic0 > vhost0");
	add(&b->staged, "back@2 forward vhost0 > nic0");
	bench_wire(b);
	fake_send(fake_nic(0), MANY);
	fake_send(fake_vhost(0), MANY);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), 0, MANY);
	check_received(fake_nic(0), fake_vhost(0), 0, MANY);
}

static void
every_single_packet_wakes_who_sleeps(void **state)
{
	struct bench *b = *state;
	uint64_t start, slowest = 0;
	unsigned int i;

	add(&b->staged, "a@1 forward nic0 > ring0");
	add(&b->staged, "b@2 forward ring0 > ring1");
	add(&b->staged, "c@3 forward ring1 > vhost0");
	bench_wire(b);
	for (i = 1; i <= NB_ONE; i++) {
		/* lcore 2 has no source: it sleeps a second unless it is woken */
		if (i % 2 == 0)
			WAIT_FOR(spp_sleeper_sleeps(b->dp->worker[1]->sleeper));
		start = bench_now_ms();
		fake_send(fake_nic(0), 1);
		WAIT_FOR(fake_received(fake_vhost(0), fake_nic(0), 0) == i);
		slowest = RTE_MAX(slowest, bench_now_ms() - start);
	}
	assert_in_range(slowest, 0, 500);
	assert_int_equal(bench_all_drops(b), 0);
}

static void
a_vf_without_wiring_sleeps(void **state)
{
	struct bench *b = *state;
	struct spp_lcore_stats before, after;

	WAIT_FOR(spp_sleeper_sleeps(b->dp->worker[0]->sleeper));
	spp_dataplane_ops.lcore_stats(b->dp, 1, &before);
	WAIT_FOR((spp_dataplane_ops.lcore_stats(b->dp, 1, &after),
		  after.asleep_cycles > before.asleep_cycles));
	assert_int_equal(after.busy_cycles, before.busy_cycles);
}

static void
a_classifier_splits_by_mac(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "c@1 classifier nic0 > ring0 vhost1 ring1");
	add(&b->staged, "f@2 forward ring0 > vhost0");
	add(&b->staged, "g@3 forward ring1 > nic1");
	bench_entry(b, 0, "ring0");
	bench_entry(b, 1, "vhost1");
	bench_entry(b, 2, "ring0");
	bench_default(b, "ring1");
	bench_wire(b);
	fake_set_streams(fake_nic(0), 4);
	fake_send(fake_nic(0), MANY);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), 0, MANY / 4);
	check_received(fake_vhost(1), fake_nic(0), 1, MANY / 4);
	check_received(fake_vhost(0), fake_nic(0), 2, MANY / 4);
	check_received(fake_nic(1), fake_nic(0), 3, MANY / 4);
	assert_int_equal(bench_all_drops(b), 0);
}

static void
a_classifier_passes_whole_vectors_of_one_mac(void **state)
{
	struct bench *b = *state;
	struct spp_component_stats stats;

	add(&b->staged, "c@1 classifier nic0 > ring0 ring1");
	add(&b->staged, "f@2 forward ring0 > vhost0");
	bench_entry(b, 0, "ring0");
	bench_wire(b);
	fake_send(fake_nic(0), MANY);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), 0, MANY);
	stats = bench_queue(b, bench_queue_of(b, "f"));
	assert_int_equal(stats.vectors, (MANY + SPP_VECTOR_SIZE - 1) / SPP_VECTOR_SIZE);
	assert_int_equal(bench_all_drops(b), 0);
}

static void
wire_multicast(struct bench *b)
{
	add(&b->staged, "c@1 classifier nic0 > ring0 vhost1 nic1 ring1");
	add(&b->staged, "f@2 forward ring0 > vhost0");
	add(&b->staged, "g@4 forward ring1 > vhost2");
	bench_entry(b, 0, "ring0");
	bench_entry(b, 5, "ring0");
	bench_entry(b, 1, "vhost1");
	bench_entry(b, 2, "ring1");
	bench_entry(b, 3, "ring7");
	bench_wire(b);
}

static void
multicast_goes_once_to_every_port_with_an_entry(void **state)
{
	struct bench *b = *state;
	unsigned int i;

	wire_multicast(b);
	fake_nic(0)->mac[0][0] |= 1;
	fake_send(fake_nic(0), MANY);
	WAIT_FOR(bench_is_quiet());
	for (i = 0; i < 3; i++)
		check_received(fake_vhost(i), fake_nic(0), 0, MANY);
	assert_int_equal(fake_sum(fake_nic(1)).received, 0);
	assert_int_equal(bench_all_drops(b), 0);
}

static void
multicast_among_unicast_disturbs_nobody(void **state)
{
	struct bench *b = *state;

	wire_multicast(b);
	fake_set_streams(fake_nic(0), 3);
	memset(fake_nic(0)->mac[2], 0xff, 6);
	fake_send(fake_nic(0), MANY);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), 0, MANY / 3 + MANY % 3);
	check_received(fake_vhost(1), fake_nic(0), 1, MANY / 3);
	check_received(fake_vhost(0), fake_nic(0), 2, MANY / 3);
	check_received(fake_vhost(1), fake_nic(0), 2, MANY / 3);
	check_received(fake_vhost(2), fake_nic(0), 2, MANY / 3);
	assert_int_equal(bench_all_drops(b), 0);
}

static void
multicast_without_a_receiver_is_counted_no_entry(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "c@1 classifier nic0 > ring0 vhost1");
	bench_wire(b);
	memset(fake_nic(0)->mac[0], 0xff, 6);
	fake_send(fake_nic(0), 100);
	WAIT_FOR(bench_is_quiet());
	assert_int_equal(bench_queue(b, bench_queue_of(b, "c")).drops[SPP_DROP_NO_ENTRY], 100);
	assert_int_equal(bench_all_drops(b), 100);
}

static void
unknown_unicast_is_counted_no_entry_and_dormant_entries_no_port(void **state)
{
	struct bench *b = *state;
	struct spp_component_stats stats;

	add(&b->staged, "c@2 classifier nic0 > vhost0 vhost1");
	bench_entry(b, 1, "vhost0");
	bench_entry(b, 2, "ring7");
	bench_wire(b);
	fake_set_streams(fake_nic(0), 4);
	fake_send(fake_nic(0), 4000);
	WAIT_FOR(bench_is_quiet());
	check_received(fake_vhost(0), fake_nic(0), 1, 1000);
	assert_int_equal(fake_sum(fake_vhost(0)).received, 1000);
	stats = bench_queue(b, bench_queue_of(b, "c"));
	assert_int_equal(stats.packets, 4000);
	assert_int_equal(stats.drops[SPP_DROP_NO_ENTRY], 2000);
	assert_int_equal(stats.drops[SPP_DROP_NO_PORT], 1000);
	assert_int_equal(bench_all_drops(b), 3000);
}

static void
a_ring_nobody_reads_is_counted_no_consumer(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "a@1 forward nic0 > ring0");
	add(&b->staged, "c@2 classifier nic1 > ring1 ring2");
	bench_entry(b, 0, "ring1");
	bench_entry(b, 1, "ring2");
	bench_wire(b);
	fake_set_streams(fake_nic(1), 2);
	fake_send(fake_nic(0), 1000);
	fake_send(fake_nic(1), 1000);
	WAIT_FOR(bench_is_quiet());
	assert_int_equal(bench_port(b, "ring0").tx_drops[SPP_DROP_NO_CONSUMER], 1000);
	assert_int_equal(bench_port(b, "ring1").tx_drops[SPP_DROP_NO_CONSUMER], 500);
	assert_int_equal(bench_port(b, "ring2").tx_drops[SPP_DROP_NO_CONSUMER], 500);
	assert_int_equal(bench_all_drops(b), 2000);
}

static void
a_component_without_tx_port_is_counted_incomplete_and_its_nic_not_polled(void **state)
{
	struct bench *b = *state;
	struct spp_component_stats stats;

	add(&b->staged, "a@1 forward nic0 > ring0");
	add(&b->staged, "b@2 merge ring0 nic1 > ");
	bench_wire(b);
	fake_send(fake_nic(0), 1000);
	WAIT_FOR(bench_is_quiet());
	stats = bench_queue(b, bench_queue_of(b, "b"));
	assert_int_equal(stats.drops[SPP_DROP_INCOMPLETE], 1000);
	assert_int_equal(bench_all_drops(b), 1000);
	assert_int_equal(fake_nic(1)->polls, 0);
}

static void
what_is_in_flight_to_a_removed_component_is_counted(void **state)
{
	struct bench *b = *state;
	struct spp_component_stats stats;
	unsigned int queue;

	add(&b->staged, "a@1 forward nic0 > ring0");
	add(&b->staged, "b@2 forward ring0 > vhost0");
	bench_wire(b);
	queue = bench_queue_of(b, "b");
	assert_int_equal(spp_sched_stop(&b->sched, &b->device), 0);
	fake_send(fake_nic(0), 64);
	WAIT_FOR(fake_sent(fake_nic(0)) == 64);
	if (b->direct)
		WAIT_FOR(bench_port(b, "ring0").tx_packets == 64);
	/* as no flush does it: without a drain */
	b->staged.nb_components--;
	assert_int_equal(
		spp_dataplane_ops.prepare(b->dp, &b->staged, levels_of(&b->staged), &b->err), 0);
	spp_dataplane_ops.publish(b->dp);
	assert_int_equal(spp_dataplane_ops.retire(b->dp, &b->err), 0);
	*flusher_running() = b->staged;
	spp_sched_start(&b->sched, &b->device);
	WAIT_FOR(bench_is_quiet());
	stats = bench_queue(b, queue);
	/* with --dispatch event the packets had not even passed the first component */
	assert_int_equal(stats.drops[SPP_DROP_COMPONENT_REMOVED], b->direct ? 64 : 0);
	assert_int_equal(bench_drops(b, SPP_DROP_NO_CONSUMER), b->direct ? 0 : 64);
	assert_int_equal(bench_all_drops(b), 64);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(packets_pass_two_components_over_a_ring_in_order),
		BENCH_TEST(two_components_of_one_lcore_hand_over_in_order),
		BENCH_TEST(a_merge_keeps_the_order_of_each_source),
		BENCH_TEST(both_directions_of_a_port_may_be_used_by_two_components),
		BENCH_TEST(every_single_packet_wakes_who_sleeps),
		BENCH_TEST(a_vf_without_wiring_sleeps),
		BENCH_TEST(a_classifier_splits_by_mac),
		BENCH_TEST(a_classifier_passes_whole_vectors_of_one_mac),
		BENCH_TEST(multicast_goes_once_to_every_port_with_an_entry),
		BENCH_TEST(multicast_among_unicast_disturbs_nobody),
		BENCH_TEST(multicast_without_a_receiver_is_counted_no_entry),
		BENCH_TEST(unknown_unicast_is_counted_no_entry_and_dormant_entries_no_port),
		BENCH_TEST(a_ring_nobody_reads_is_counted_no_consumer),
		BENCH_TEST(
			a_component_without_tx_port_is_counted_incomplete_and_its_nic_not_polled),
		BENCH_TEST(what_is_in_flight_to_a_removed_component_is_counted),
	};
	int ret = bench_init(argc, argv);

	return ret != 0 ? ret : cmocka_run_group_tests_name("dataplane", tests, NULL, NULL);
}
