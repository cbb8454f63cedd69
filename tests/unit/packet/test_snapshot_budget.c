/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What counts against the budget of a component's sources.
 */
#include "snapshot_wiring.h"

static void
on_cpus_of_their_own_only_the_way_to_the_component_counts(void **state)
{
	struct spp_snapshot *snap;

	wire("1 merge nic0 nic1 > ring0");
	wire("2 forward ring0 > vhost0");
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(snap->hop[0].budget.vectors, OWN_CPU);
	assert_int_equal(nb_counted(snap, 0), 2);
	assert_int_equal(snap->hop[0].budget.part[0].nb_ports, 2);
	assert_true(counts(snap, 0, nic(0)) && counts(snap, 0, nic(1)));
	spp_snapshot_destroy(snap);
}

static void
on_a_shared_cpu_the_whole_way_downstream_counts(void **state)
{
	struct spp_snapshot *snap;

	wire("1 classifier nic0 > ring0 ring1");
	wire("2 forward ring0 > ring2");
	wire("3 forward ring2 > vhost0");
	wire("4 merge ring1 nic1 > vhost1");
	wire("5 forward vhost1 > ring3");
	wire("6 forward ring3 > nic0");
	all_share_cpu = true;
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(snap->hop[0].budget.vectors, SHARED_CPU);
	assert_int_equal(snap->hop[0].budget.part[0].nb_ports, 1);
	assert_int_equal(snap->hop[0].budget.port_id[0], nic(0));
	assert_true(counts(snap, 0, ring(0)) && counts(snap, 0, ring(1)) &&
		    counts(snap, 0, ring(2)));
	assert_false(counts(snap, 0, ring(3)) || counts(snap, 0, vhost(1)));
	assert_false(counts(snap, 3, nic(0)));
	spp_snapshot_destroy(snap);
}

static void
rings_at_the_same_distance_are_of_one_level(void **state)
{
	struct spp_snapshot *snap;
	const struct spp_budget *budget;

	wire("1 classifier nic0 > ring0 ring1 ring3");
	wire("2 forward ring0 > ring2");
	wire("3 merge ring1 ring2 > vhost0");
	wire("4 forward ring3 > vhost1");
	all_share_cpu = true;
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	budget = &snap->hop[0].budget;
	assert_int_equal(nb_counted(snap, 0), 5);
	assert_int_equal(budget->nb_parts, 4);
	/* the classifier, the two forwards, and the merge: two rings away on the longer way */
	assert_true(budget->part[0].ends_level && !budget->part[1].ends_level);
	assert_true(budget->part[2].ends_level && budget->part[3].ends_level);
	assert_true(budget->port_id[1] == ring(0) && budget->port_id[2] == ring(3));
	assert_true(budget->port_id[3] == ring(1) && budget->port_id[4] == ring(2));
	assert_int_equal(budget->part[3].nb_ports, 2);
	spp_snapshot_destroy(snap);
}

static void
what_meets_before_a_ring_counts_together(void **state)
{
	struct spp_snapshot *snap;
	const struct spp_budget *budget;

	wire("1 forward vhost0 > ring0");
	wire("2 forward vhost1 > ring1");
	wire("3 merge ring0 ring1 > ring2");
	wire("4 forward ring2 > nic0");
	wire("5 forward vhost2 > nic1");
	all_share_cpu = true;
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	budget = &snap->hop[0].budget;
	assert_int_equal(budget->nb_parts, 4);
	assert_true(budget->port_id[0] == vhost(0) && budget->port_id[1] == vhost(1));
	for (unsigned int p = 0; p < 4; p++)
		assert_true(budget->part[p].ends_level);
	assert_int_equal(budget->room, 2 * SPP_VECTOR_SIZE);
	assert_int_equal(budget->nb_beside, 1);
	assert_int_equal(snap->hop[4].budget.room, SPP_VECTOR_SIZE);
	assert_true(counts(snap, 1, vhost(0)));
	assert_false(counts(snap, 0, vhost(2)) || counts(snap, 4, vhost(0)));
	spp_snapshot_destroy(snap);
}

static void
who_takes_turns_with_itself_needs_no_more_room(void **state)
{
	struct spp_snapshot *snap;

	wire("1 forward vhost0 > ring0");
	wire("1 forward vhost1 > ring1");
	wire("3 merge ring0 ring1 > ring2");
	wire("4 forward ring2 > nic0");
	all_share_cpu = true;
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(snap->hop[0].budget.nb_beside, 1);
	assert_int_equal(snap->hop[0].budget.room, SPP_VECTOR_SIZE);
	spp_snapshot_destroy(snap);
}

static void
a_merge_that_only_sends_makes_nobody_wait(void **state)
{
	struct spp_snapshot *snap;

	wire("1 forward vhost0 > ring0");
	wire("2 forward vhost1 > ring1");
	wire("3 merge ring0 ring1 > nic0");
	all_share_cpu = true;
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_false(counts(snap, 0, vhost(1)));
	spp_snapshot_destroy(snap);
}

static void
what_parts_and_meets_again_counts_together(void **state)
{
	struct spp_snapshot *snap;
	const struct spp_budget *budget;

	wire("1 classifier nic0 > ring0 ring1");
	wire("2 forward ring0 > ring2");
	wire("3 forward ring1 > ring3");
	wire("4 merge ring2 ring3 > ring4");
	wire("5 forward ring4 > nic1");
	all_share_cpu = true;
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	budget = &snap->hop[0].budget;
	assert_int_equal(budget->nb_parts, 5);
	for (unsigned int p = 0; p < 5; p++)
		assert_true(budget->part[p].ends_level);
	spp_snapshot_destroy(snap);
}

static void
with_the_scheduler_on_the_same_cpu_the_budget_is_small(void **state)
{
	struct spp_snapshot *snap;

	wire("1 forward nic0 > vhost0");
	scheduler_shares_cpu = true;
	snap = spp_snapshot_create(&model, levels_of(&model), &env);
	assert_int_equal(snap->hop[0].budget.vectors, SHARED_CPU);
	spp_snapshot_destroy(snap);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(on_cpus_of_their_own_only_the_way_to_the_component_counts),
		CASE(on_a_shared_cpu_the_whole_way_downstream_counts),
		CASE(rings_at_the_same_distance_are_of_one_level),
		CASE(what_meets_before_a_ring_counts_together),
		CASE(who_takes_turns_with_itself_needs_no_more_room),
		CASE(a_merge_that_only_sends_makes_nobody_wait),
		CASE(what_parts_and_meets_again_counts_together),
		CASE(with_the_scheduler_on_the_same_cpu_the_budget_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
