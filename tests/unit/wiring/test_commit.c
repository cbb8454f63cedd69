/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A flush is all or nothing: each step is made to fail once, and nothing may have changed.
 */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "build_model.h"
#include "fake_dataplane.h"
#include "wiring/commit.h"
#include "wiring/model.h"

struct bench {
	struct fake fake;
	struct spp_model running, staged;
	struct spp_holding holding;
	struct spp_plan plan;
	struct spp_commit_result result;
	struct spp_error err;
};

static int
commit(struct bench *b)
{
	int ret;

	b->fake.log[0] = '\0';
	b->fake.step = 0;
	assert_int_equal(spp_plan_make(&b->running, &b->staged, &b->holding, 28, &b->plan, &b->err),
			 0);
	ret = spp_commit(&fake_ops, &b->fake, &b->staged, &b->plan, &b->holding, &b->result,
			 &b->err);
	if (ret == 0)
		spp_model_copy(&b->running, &b->staged);
	return ret;
}

/** Running: two components on queues 0 and 1. Staged: one moves, one goes, one comes. */
static int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	fake_init(&b->fake);
	spp_holding_init(&b->holding);
	add(&b->staged, "a@2 forward nic0 > ring0");
	add(&b->staged, "b@3 forward ring0 > vhost0");
	*state = b;
	if (commit(b) != 0)
		return -1;
	b->staged.nb_components = 0;
	add(&b->staged, "a@4 forward nic0 > ring0");
	add(&b->staged, "c@5 forward ring0 > vhost1");
	return 0;
}

static int
tear_down(void **state)
{
	free(*state);
	return 0;
}

static void
all_steps_in_their_order(void **state)
{
	struct bench *b = *state;

	assert_int_equal(commit(b), 0);
	assert_string_equal(b->fake.log, "+vhost1 prepare pause:0,1 drain:0,1 q0>4 q2>5 q1>p "
					 "publish retire -vhost0 ");
	assert_int_equal(b->result.commit_us, 100);
	assert_false(b->result.degraded || b->result.late);
}

/* a kept queue 0, c came to queue 2. */
static void
prepare_is_given_the_levels_of_what_is_staged(void **state)
{
	struct bench *b = *state;

	assert_int_equal(commit(b), 0);
	assert_int_equal(b->fake.levels.level[0][0], 0);
	assert_int_equal(b->fake.levels.level[0][2], 1);
	assert_int_equal(b->fake.levels.level[2][0], SPP_LEVEL_NONE);
	assert_int_equal(b->fake.levels.level[0][1], SPP_LEVEL_NONE);
}

static void
whatever_step_fails_the_earlier_ones_are_undone_in_reverse(void **state)
{
	static const char *const want[] = {
		"+vhost1 ",
		"+vhost1 prepare -vhost1 ",
		"+vhost1 prepare pause:0,1 resume discard -vhost1 ",
		"+vhost1 prepare pause:0,1 drain:0,1 resume discard -vhost1 ",
		"+vhost1 prepare pause:0,1 drain:0,1 q0>4 q0>2 resume discard -vhost1 ",
		"+vhost1 prepare pause:0,1 drain:0,1 q0>4 q2>5 q2>p q0>2 resume discard -vhost1 ",
		("+vhost1 prepare pause:0,1 drain:0,1 q0>4 q2>5 q1>p q1>3 q2>p q0>2 resume discard "
		 "-vhost1 "),
	};
	struct bench *b = *state;
	struct spp_holding before = b->holding;
	unsigned int i;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		b->fake.fail_at = i + 1;
		assert_int_equal(commit(b), -EIO);
		assert_string_equal(b->fake.log, want[i]);
		assert_false(b->result.degraded);
		assert_memory_equal(&b->holding, &before, sizeof(before));
	}
	b->fake.fail_at = i + 1;
	assert_int_equal(commit(b), 0);
}

static void
an_undo_that_fails_does_not_stop_the_others(void **state)
{
	struct bench *b = *state;

	b->fake.fail_at = 7;
	b->fake.fail_on = true;
	assert_int_equal(commit(b), -EIO);
	assert_string_equal(b->fake.log, "+vhost1 prepare pause:0,1 drain:0,1 q0>4 q2>5 q1>p q1>3 "
					 "q2>p q0>2 resume discard -vhost1 ");
	assert_true(b->result.degraded);
	assert_string_equal(b->result.degraded_why.text, "step 10 failed");
	assert_string_equal(b->err.text, "step 7 failed");

	/* The next flush makes every link anew. */
	b->fake.fail_at = 0;
	assert_int_equal(commit(b), 0);
	assert_string_equal(b->fake.log, "+vhost1 prepare pause:0,1 drain:0,1 q0>4 q2>p q2>5 q1>p "
					 "publish retire -vhost0 ");
}

/** The data plane holds on what a worker may still use: eal/flush, func/held_ports. */
static void
a_late_worker_is_said_and_keeps_no_port_in_the_plan(void **state)
{
	struct bench *b = *state;

	b->fake.retire_late = true;
	assert_int_equal(commit(b), 0);
	assert_true(b->result.late);
	assert_non_null(strstr(b->fake.log, "publish retire -vhost0 "));

	/* nothing is left to do; and the port is asked for anew when it is wired again */
	b->fake.retire_late = false;
	assert_int_equal(commit(b), 0);
	assert_string_equal(b->fake.log, "prepare publish retire ");
	add(&b->staged, "d@6 forward > vhost0");
	assert_int_equal(commit(b), 0);
	assert_non_null(strstr(b->fake.log, "+vhost0 prepare "));
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(all_steps_in_their_order),
		UNIT(prepare_is_given_the_levels_of_what_is_staged),
		UNIT(whatever_step_fails_the_earlier_ones_are_undone_in_reverse),
		UNIT(an_undo_that_fails_does_not_stop_the_others),
		UNIT(a_late_worker_is_said_and_keeps_no_port_in_the_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
