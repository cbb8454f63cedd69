/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Re-wiring under load: nothing lost, nothing out of order, nobody else disturbed. The sources
 * deliver as fast as packets come back; so few are under way that no ring can overflow, hence every
 * drop is a fault.
 */
#include "bench.h"

#include <string.h>

#define MOVES    200
#define ROUNDS   100
#define PROGRESS 64 /* packets that pass between two flushes */

/* Let some packets of a source arrive between two flushes. */
static void
let_pass(const struct fake_port *source)
{
	uint64_t until = fake_sent(source) + PROGRESS;

	WAIT_FOR(fake_sent(source) >= until);
}

/* Numbers of one stream at one sink are complete: all that was sent, in order. */
static void
check_complete(const struct fake_port *sink, const struct fake_port *source, unsigned int stream)
{
	const struct fake_stream *s = &sink->from[source->index][stream];

	assert_int_equal(s->received, source->stream_sent[stream]);
	assert_int_equal(s->lost, 0);
	assert_int_equal(s->backwards, 0);
	assert_true(s->received > PROGRESS);
}

/* The founding document's wiring for two VMs: six components. */
static void
stage_two_vms(struct bench *b)
{
	add(&b->staged, "cls@1 classifier nic0 > ring0 ring2");
	add(&b->staged, "mrg@2 merge ring1 ring3 > nic0");
	add(&b->staged, "in0@3 forward ring0 > vhost0");
	add(&b->staged, "out0@4 forward vhost0 > ring1");
	add(&b->staged, "in1@3 forward ring2 > vhost1");
	add(&b->staged, "out1@4 forward vhost1 > ring3");
	bench_entry(b, 0, "ring0");
	bench_entry(b, 1, "ring2");
}

static void
run_two_vms(bool on)
{
	fake_run(fake_nic(0), on);
	fake_run(fake_vhost(0), on);
	fake_run(fake_vhost(1), on);
}

static void
check_two_vms(struct bench *b)
{
	run_two_vms(false);
	WAIT_FOR(bench_is_quiet());
	check_complete(fake_vhost(0), fake_nic(0), 0);
	check_complete(fake_vhost(1), fake_nic(0), 1);
	check_complete(fake_nic(0), fake_vhost(0), 0);
	check_complete(fake_nic(0), fake_vhost(1), 0);
	assert_int_equal(bench_all_drops(b), 0);
}

static void
moving_a_merge_200_times_loses_nothing(void **state)
{
	struct bench *b = *state;
	unsigned int i;

	add(&b->staged, "a@1 forward nic0 > ring0");
	add(&b->staged, "b@2 forward nic1 > ring1");
	add(&b->staged, "m@3 merge ring0 ring1 vhost0 > nic2");
	bench_wire(b);
	fake_run(fake_nic(0), true);
	fake_run(fake_nic(1), true);
	fake_run(fake_vhost(0), true);
	for (i = 0; i < MOVES; i++) {
		b->staged.components[2].lcore_id = 1 + i % BENCH_WORKERS;
		bench_wire(b);
		let_pass(fake_nic(i % 2));
	}
	fake_run(fake_nic(0), false);
	fake_run(fake_nic(1), false);
	fake_run(fake_vhost(0), false);
	WAIT_FOR(bench_is_quiet());
	check_complete(fake_nic(2), fake_nic(0), 0);
	check_complete(fake_nic(2), fake_nic(1), 0);
	check_complete(fake_nic(2), fake_vhost(0), 0);
	assert_int_equal(bench_all_drops(b), 0);
}

static void
moving_a_classifier_200_times_loses_nothing(void **state)
{
	struct bench *b = *state;
	unsigned int i;

	stage_two_vms(b);
	bench_wire(b);
	fake_set_streams(fake_nic(0), 2);
	run_two_vms(true);
	for (i = 0; i < MOVES; i++) {
		b->staged.components[0].lcore_id = 1 + i % BENCH_WORKERS;
		bench_wire(b);
		let_pass(fake_nic(0));
	}
	check_two_vms(b);
}

static void
moving_every_component_anywhere_loses_nothing(void **state)
{
	struct bench *b = *state;
	uint32_t c, random = 1;
	unsigned int i;

	stage_two_vms(b);
	bench_wire(b);
	fake_set_streams(fake_nic(0), 2);
	run_two_vms(true);
	for (i = 0; i < ROUNDS; i++) {
		for (c = 0; c < b->staged.nb_components; c++) {
			random = random * 1103515245 + 12345;
			b->staged.components[c].lcore_id = 1 + (random >> 16) % BENCH_WORKERS;
		}
		bench_wire(b);
		let_pass(fake_vhost(i % 2));
	}
	check_two_vms(b);
}

static void
gathering_all_on_one_lcore_and_spreading_them_loses_nothing(void **state)
{
	struct bench *b = *state;
	unsigned int i;
	uint32_t c;

	stage_two_vms(b);
	bench_wire(b);
	fake_set_streams(fake_nic(0), 2);
	run_two_vms(true);
	for (i = 0; i < ROUNDS; i++) {
		for (c = 0; c < b->staged.nb_components; c++)
			b->staged.components[c].lcore_id =
				1 + (i % 2 == 0 ? i / 2 : c) % BENCH_WORKERS;
		bench_wire(b);
		let_pass(fake_nic(0));
	}
	check_two_vms(b);
}

static void
changing_the_table_loses_nothing_and_leaves_other_macs_alone(void **state)
{
	struct bench *b = *state;
	struct fake_stream at_0, at_1;
	unsigned int i;

	stage_two_vms(b);
	bench_entry(b, 2, "ring0");
	bench_wire(b);
	fake_set_streams(fake_nic(0), 3);
	run_two_vms(true);
	for (i = 0; i < MOVES; i++) {
		b->staged.entries[2].port.index = i % 2 == 0 ? 2 : 0;
		bench_wire(b);
		let_pass(fake_nic(0));
	}
	check_two_vms(b);
	/* the MAC that moved: each packet at one of the two, each in order */
	at_0 = fake_vhost(0)->from[0][2];
	at_1 = fake_vhost(1)->from[0][2];
	assert_int_equal(at_0.received + at_1.received, fake_nic(0)->stream_sent[2]);
	assert_true(at_0.received > 0 && at_1.received > 0);
	assert_int_equal(at_0.backwards + at_1.backwards, 0);
}

static void
stopping_and_starting_a_vm_leaves_the_other_alone(void **state)
{
	struct bench *b = *state;
	struct spp_model both;
	struct fake_stream arrived;
	unsigned int i;

	stage_two_vms(b);
	bench_wire(b);
	both = b->staged;
	fake_set_streams(fake_nic(0), 2);
	run_two_vms(true);
	for (i = 0; i < ROUNDS; i++) {
		if (i % 2 == 0) {
			b->staged.nb_components = 4;
			b->staged.nb_entries = 1;
		} else {
			b->staged = both;
		}
		bench_wire(b);
		let_pass(fake_vhost(0));
	}
	run_two_vms(false);
	WAIT_FOR(bench_is_quiet());
	check_complete(fake_vhost(0), fake_nic(0), 0);
	check_complete(fake_nic(0), fake_vhost(0), 0);
	/* what its guest sent waited meanwhile; what came for it was dropped and counted */
	check_complete(fake_nic(0), fake_vhost(1), 0);
	arrived = fake_vhost(1)->from[0][1];
	assert_int_equal(arrived.received + bench_drops(b, SPP_DROP_NO_ENTRY),
			 fake_nic(0)->stream_sent[1]);
	assert_int_equal(bench_all_drops(b), bench_drops(b, SPP_DROP_NO_ENTRY));
}

static void
another_tx_port_under_load_loses_nothing(void **state)
{
	struct bench *b = *state;
	struct fake_stream at_0, at_1;
	unsigned int i;

	add(&b->staged, "a@1 forward nic0 > ring0");
	add(&b->staged, "b@2 forward ring0 > vhost0");
	bench_wire(b);
	fake_run(fake_nic(0), true);
	for (i = 1; i <= ROUNDS; i++) {
		b->staged.components[1].tx[0].port.index = i % 2;
		bench_wire(b);
		let_pass(fake_nic(0));
	}
	fake_run(fake_nic(0), false);
	WAIT_FOR(bench_is_quiet());
	at_0 = fake_sum(fake_vhost(0));
	at_1 = fake_sum(fake_vhost(1));
	assert_int_equal(at_0.received + at_1.received, fake_sent(fake_nic(0)));
	assert_true(at_0.received > 0 && at_1.received > 0);
	assert_int_equal(bench_all_drops(b), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(moving_a_merge_200_times_loses_nothing),
		BENCH_TEST(moving_a_classifier_200_times_loses_nothing),
		BENCH_TEST(moving_every_component_anywhere_loses_nothing),
		BENCH_TEST(gathering_all_on_one_lcore_and_spreading_them_loses_nothing),
		BENCH_TEST(changing_the_table_loses_nothing_and_leaves_other_macs_alone),
		BENCH_TEST(stopping_and_starting_a_vm_leaves_the_other_alone),
		BENCH_TEST(another_tx_port_under_load_loses_nothing),
	};
	int ret = bench_init(argc, argv);

	return ret != 0 ? ret : cmocka_run_group_tests_name("rewire", tests, NULL, NULL);
}
