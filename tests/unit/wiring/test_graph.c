/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which component feeds which, and over how many rings.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "build_model.h"
#include "wiring/graph.h"

static struct spp_model model;
static struct spp_levels levels;

static int
set_up(void **state)
{
	memset(&model, 0, sizeof(model));
	return 0;
}

/* A component on this event queue. */
static void
wire(unsigned int queue, const char *text)
{
	add(&model, text);
	model.components[model.nb_components - 1].queue = (uint8_t)queue;
}

static unsigned int
level(unsigned int from, unsigned int to)
{
	struct spp_graph graph;

	spp_graph_build(&model, SPP_BIT_QUEUE, &graph);
	spp_graph_levels(&graph, &levels);
	return levels.level[from][to];
}

static void
each_ring_is_a_level_further(void **state)
{
	wire(5, "1 forward nic0 > ring0");
	wire(0, "2 forward ring0 > ring1");
	wire(63, "3 forward ring1 > vhost0");
	assert_int_equal(level(5, 5), 0);
	assert_int_equal(level(5, 0), 1);
	assert_int_equal(level(5, 63), 2);
	assert_int_equal(level(0, 63), 1);
}

static void
against_the_stream_and_by_ports_that_are_no_rings_nothing_is_reached(void **state)
{
	wire(0, "1 forward nic0 > ring0");
	wire(1, "2 forward ring0 > vhost0");
	wire(2, "3 forward vhost0 > nic0");
	assert_int_equal(level(1, 0), SPP_LEVEL_NONE);
	assert_int_equal(level(1, 2), SPP_LEVEL_NONE);
	assert_int_equal(level(2, 0), SPP_LEVEL_NONE);
}

static void
a_ring_that_nobody_receives_from_leads_nowhere(void **state)
{
	wire(0, "1 forward nic0 > ring0");
	wire(1, "2 forward nic1 > vhost0");
	assert_int_equal(level(0, 1), SPP_LEVEL_NONE);
}

static void
of_two_ways_the_longer_one_counts(void **state)
{
	wire(0, "1 classifier nic0 > ring0 ring1 ring3");
	wire(1, "2 forward ring0 > ring2");
	wire(2, "3 merge ring1 ring2 > ring4");
	wire(3, "4 forward ring3 > vhost1");
	wire(4, "5 forward ring4 > vhost0");
	assert_int_equal(level(0, 2), 2);
	assert_int_equal(level(0, 3), 1);
	assert_int_equal(level(0, 4), 3);
	assert_int_equal(level(1, 4), 2);
}

static void
without_components_each_reaches_itself_only(void **state)
{
	assert_int_equal(level(3, 3), 0);
	assert_int_equal(level(3, 4), SPP_LEVEL_NONE);
}

static void
the_longest_chain_has_its_levels(void **state)
{
	char text[64];
	unsigned int i;

	/* the last one first: nothing may hang on the order */
	for (i = SPP_COMPONENT_MAX; i-- > 0;) {
		snprintf(text, sizeof(text), "1 forward ring%u > ring%u", i, i + 1);
		wire(i, text);
	}
	assert_int_equal(level(0, SPP_COMPONENT_MAX - 1), SPP_COMPONENT_MAX - 1);
	assert_int_equal(levels.level[SPP_COMPONENT_MAX - 1][0], SPP_LEVEL_NONE);
}

/* validate refuses it; to compute its levels must end all the same. */
static void
a_loop_has_no_levels_but_an_end(void **state)
{
	wire(0, "1 merge nic0 ring1 > ring0");
	wire(1, "2 forward ring0 > ring1");
	assert_true(level(0, 1) < SPP_COMPONENT_MAX);
	assert_true(level(1, 0) < SPP_COMPONENT_MAX);
}

#define CASE(f) cmocka_unit_test_setup(f, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_ring_is_a_level_further),
		CASE(against_the_stream_and_by_ports_that_are_no_rings_nothing_is_reached),
		CASE(a_ring_that_nobody_receives_from_leads_nowhere),
		CASE(of_two_ways_the_longer_one_counts),
		CASE(without_components_each_reaches_itself_only),
		CASE(the_longest_chain_has_its_levels),
		CASE(a_loop_has_no_levels_but_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
