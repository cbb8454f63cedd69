/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Each step of each kind of change fails once, and once more during undo, under traffic: the wiring
 * is what it was, no packet is lost, and the next flush works.
 */
#include "bench.h"

#include <string.h>

#include "faulty.h"

#define PROGRESS  64 /* packets of each source that must arrive after a flush */
#define STEPS_MAX 64

static void
stage_base(struct bench *b)
{
	bench_clear(b);
	add(&b->staged, "cls@1 classifier nic0 > ring0 ring2");
	add(&b->staged, "mrg@2 merge ring1 ring3 > nic0");
	add(&b->staged, "in0@3 forward ring0 > vhost0");
	add(&b->staged, "out0@4 forward vhost0 > ring1");
	add(&b->staged, "in1@3 forward ring2 > vhost1");
	add(&b->staged, "out1@4 forward vhost1 > ring3");
	bench_entry(b, 0, "ring0");
	bench_entry(b, 1, "ring2");
}

static struct spp_component *
staged(struct bench *b, const char *name)
{
	uint32_t i;

	for (i = 0; strcmp(b->staged.components[i].name, name) != 0; i++)
		;
	return &b->staged.components[i];
}

static void
move_classifier(struct bench *b)
{
	staged(b, "cls")->lcore_id = 2;
}

static void
move_all(struct bench *b)
{
	uint32_t i;

	for (i = 0; i < b->staged.nb_components; i++)
		b->staged.components[i].lcore_id = 1 + b->staged.components[i].lcore_id % 4;
}

static void
gather(struct bench *b)
{
	uint32_t i;

	for (i = 0; i < b->staged.nb_components; i++)
		b->staged.components[i].lcore_id = 3;
}

static void
add_vm(struct bench *b)
{
	add(&b->staged, "in2@1 forward ring4 > vhost2");
	add(&b->staged, "out2@2 forward vhost2 > nic1");
	staged(b, "cls")->tx[staged(b, "cls")->nb_tx++].port =
		(struct spp_port){.kind = SPP_PORT_RING, .index = 4};
	bench_entry(b, 2, "ring4");
}

static void
remove_vm(struct bench *b)
{
	b->staged.nb_components -= 2; /* in1, out1 */
	staged(b, "cls")->nb_tx = 1;
	staged(b, "mrg")->nb_rx = 1;
	b->staged.nb_entries = 1;
}

static void
other_tx(struct bench *b)
{
	staged(b, "in1")->tx[0].port.index = 3;
}

static void
other_entry(struct bench *b)
{
	bench_entry(b, 3, "ring2");
}

static void
let_all_pass(struct bench *b)
{
	const struct fake_port *nic = fake_nic(0), *vhost = fake_vhost(0);
	uint64_t down = fake_received(vhost, nic, 0), up = fake_received(nic, vhost, 0);

	(void)b;
	WAIT_FOR(fake_received(vhost, nic, 0) > down + PROGRESS &&
		 fake_received(nic, vhost, 0) > up + PROGRESS);
}

static void
check_nothing_lost(struct bench *b)
{
	assert_int_equal(fake_vhost(0)->from[fake_nic(0)->index][0].lost, 0);
	assert_int_equal(fake_vhost(0)->from[fake_nic(0)->index][0].backwards, 0);
	assert_int_equal(fake_nic(0)->from[fake_vhost(0)->index][0].lost, 0);
	assert_int_equal(fake_nic(0)->from[fake_vhost(0)->index][0].backwards, 0);
	assert_int_equal(bench_all_drops(b), 0);
}

/* From the base to the change and back, one step failing at first. False: there is no such step. */
static bool
try_step(struct bench *b, void (*change)(struct bench *b), unsigned int step, bool undo_fails,
	 bool done_first)
{
	const struct spp_snapshot *running = b->dp->running;
	uint16_t linked[SPP_COMPONENT_MAX];
	bool hit;
	int ret;

	memcpy(linked, b->dp->linked, sizeof(linked));
	stage_base(b);
	change(b);
	faulty_reset(step, undo_fails, done_first);
	ret = bench_flush(b);
	hit = faulty.failed > 0;
	faulty_reset(0, false, false);
	if (hit) {
		assert_int_equal(ret, -EIO);
		assert_ptr_equal(b->dp->running, running);
		assert_int_equal(b->dp->wiring.paused, 0);
		if (b->flushed.degraded)
			assert_true(undo_fails);
		else
			assert_memory_equal(b->dp->linked, linked, sizeof(linked));
		let_all_pass(b);
		bench_wire(b);
	}
	assert_int_equal(b->flushed.degraded, false);
	let_all_pass(b);
	stage_base(b);
	bench_wire(b);
	let_all_pass(b);
	check_nothing_lost(b);
	return hit;
}

static void
try_changes(struct bench *b, bool undo_fails, bool done_first)
{
	static void (*const changes[])(struct bench *) = {
		move_classifier, move_all, gather, add_vm, remove_vm, other_tx, other_entry,
	};
	unsigned int i, step;

	flusher_init(faulty_ops(), b->dp);
	faulty_reset(0, false, false);
	stage_base(b);
	bench_wire(b);
	fake_run(fake_nic(0), true);
	fake_run(fake_vhost(0), true);
	for (i = 0; i < RTE_DIM(changes); i++) {
		for (step = 1; try_step(b, changes[i], step, undo_fails, done_first); step++)
			assert_in_range(step, 1, STEPS_MAX);
		assert_in_range(step, 2, STEPS_MAX); /* some step could fail */
	}
	fake_run(fake_nic(0), false);
	fake_run(fake_vhost(0), false);
	WAIT_FOR(bench_is_quiet());
	check_nothing_lost(b);
}

static void
whichever_step_is_left_out_nothing_changed(void **state)
{
	try_changes(*state, false, false);
}

static void
whichever_step_fails_at_its_end_nothing_changed(void **state)
{
	try_changes(*state, false, true);
}

static void
an_undo_that_fails_as_well_loses_nothing_and_the_next_flush_repairs_it(void **state)
{
	try_changes(*state, true, false);
}

static void
an_undo_that_fails_at_its_end_loses_nothing_and_the_next_flush_repairs_it(void **state)
{
	try_changes(*state, true, true);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(whichever_step_is_left_out_nothing_changed),
		BENCH_TEST(whichever_step_fails_at_its_end_nothing_changed),
		BENCH_TEST(an_undo_that_fails_as_well_loses_nothing_and_the_next_flush_repairs_it),
		BENCH_TEST(
			an_undo_that_fails_at_its_end_loses_nothing_and_the_next_flush_repairs_it),
	};
	int ret = bench_init(argc, argv);

	return ret != 0 ? ret : cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
