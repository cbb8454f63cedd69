/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A ring between two processes whose reader runs on the writer's CPU: when it has much to read, it
 * is its turn, for a while.
 */
#include "unit.h"

#include <rte_cycles.h>

#include "ring/layout.h"
#include "ring_bed.h"

#define CPU   3
#define FRAME 1514u

/* `sleeper` of the reader; env.name() calls it by its address. */
static int reader, somebody;
static uint64_t asked;

static bool
on_cpu(void *arg, uint64_t who, int32_t cpu)
{
	asked++;
	return who == (uintptr_t)&reader && cpu == CPU;
}

static void
open_with_patience(uint64_t cycles)
{
	bed_open(0);
	spp_shared_ring_close(bed.writer);
	bed.env.on_cpu = on_cpu;
	bed.env.patience = cycles;
	bed.writer = spp_shared_ring_writer(bed.ring, &bed.env);
	assert_non_null(bed.writer);
	spp_shared_ring_read_by(bed.reader, &reader);
	asked = 0;
}

static bool
is_behind(int32_t cpu)
{
	return bed.writer->behind(bed.writer, cpu);
}

static void
send_to(uint32_t part)
{
	while (spp_shared_ring_waiting(bed.ring) <= RING_BYTES / part)
		assert_true(bed_send(FRAME));
}

static void
receive_all(void)
{
	while (bed.received < bed.sent)
		bed_receive(FRAME);
}

static void
a_quarter_may_wait(void **state)
{
	open_with_patience(UINT64_MAX);
	while (spp_shared_ring_waiting(bed.ring) + FRAME + 64 < RING_BYTES / 4) {
		assert_true(bed_send(FRAME));
		assert_false(is_behind(CPU));
	}
	assert_int_equal(asked, 0);
	send_to(4);
	assert_true(is_behind(CPU));
	receive_all();
	assert_false(is_behind(CPU));
	bed_close();
}

static void
only_for_a_reader_on_this_cpu(void **state)
{
	open_with_patience(UINT64_MAX);
	send_to(3);
	assert_true(is_behind(CPU));
	assert_false(is_behind(CPU + 1));
	assert_false(is_behind(-1));
	spp_shared_ring_read_by(bed.reader, &somebody);
	assert_false(is_behind(CPU));
	spp_shared_ring_read_by(bed.reader, &reader);
	assert_true(is_behind(CPU));
	receive_all();
	bed_close();
}

/* One that hangs, or never catches up: until its writer has waited so long. */
static void
patience_ends(void **state)
{
	uint64_t patience = rte_get_tsc_hz() / 1000, begun;

	open_with_patience(patience);
	send_to(3);
	begun = rte_rdtsc();
	while (is_behind(CPU))
		assert_true(rte_rdtsc() - begun < rte_get_tsc_hz() * 10);
	assert_true(rte_rdtsc() - begun >= patience);
	/* nor when it moves, as long as it is behind */
	bed_receive(FRAME);
	assert_false(is_behind(CPU));
	send_to(2);
	assert_false(is_behind(CPU));
	/* it has caught up, and becomes late anew */
	receive_all();
	assert_false(is_behind(CPU));
	send_to(3);
	begun = rte_rdtsc();
	assert_true(is_behind(CPU) || rte_rdtsc() - begun >= patience);
	receive_all();
	bed_close();
}

static void
nobody_waits_for_who_is_not_there(void **state)
{
	open_with_patience(UINT64_MAX);
	send_to(3);
	assert_true(is_behind(CPU));
	/* it died: its end is taken from it, what waits stays */
	spp_shared_ring_no_reader(bed.ring);
	assert_false(is_behind(CPU));
	bed.reader =
		(spp_shared_ring_close(bed.reader), spp_shared_ring_reader(bed.ring, &bed.env));
	assert_non_null(bed.reader);
	assert_false(is_behind(CPU)); /* not known yet who reads */
	receive_all();
	bed_close();
}

/* Cursors where they cannot be. */
static void
a_crazy_reader_is_not_waited_for(void **state)
{
	uint64_t was;
	int i;

	open_with_patience(UINT64_MAX);
	send_to(3);
	was = bed.ring->read;
	for (i = 3; i < 60; i++) { /* records begin at multiples of 8 */
		bed.ring->read = bed.ring->written + (UINT64_C(1) << i);
		assert_false(is_behind(CPU));
		bed.ring->read = bed.ring->written - RING_BYTES - (UINT64_C(1) << i);
		assert_false(is_behind(CPU));
	}
	bed.ring->read = was;
	assert_true(is_behind(CPU));
	receive_all();
	bed_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quarter_may_wait),
		cmocka_unit_test(only_for_a_reader_on_this_cpu),
		cmocka_unit_test(patience_ends),
		cmocka_unit_test(nobody_waits_for_who_is_not_there),
		cmocka_unit_test(a_crazy_reader_is_not_waited_for),
	};

	bed_start();
	return cmocka_run_group_tests_name("shared_ring_turn", tests, NULL, NULL);
}
