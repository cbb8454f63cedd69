/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * From two models to the steps between them, and what a model must hold to run at all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "build_model.h"
#include "fake_dataplane.h"
#include "wiring/model.h"
#include "wiring/plan.h"
#include "wiring/validate.h"

/** running is what went through plan_and_run() last; staged is built by the test. */
struct bench {
	struct spp_model running, staged;
	struct spp_holding holding;
	struct spp_plan plan;
	unsigned int nb_queues;
	struct spp_error err;
	char text[1024];
};

static int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	spp_holding_init(&b->holding);
	b->nb_queues = 28;
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	free(*state);
	return 0;
}

static void
say(struct bench *b, const char *word)
{
	size_t used = strlen(b->text);

	snprintf(b->text + used, sizeof(b->text) - used, "%s", word);
}

/** "+nic0 ", "-ring1.tx " of a ring's end. */
static void
say_port(struct bench *b, char sign, struct spp_port port)
{
	const char *end = port.queue == SPP_RING_TX ? ".tx" : ".rx";
	char name[SPP_PORT_TEXT_SIZE], word[40];
	bool ring = port.kind == SPP_PORT_RING;

	if (ring)
		port.queue = 0;
	snprintf(word, sizeof(word), "%c%s%s ", sign, spp_port_format(port, name), ring ? end : "");
	say(b, word);
}

/** The plan as "+nic0 -ring1.rx pause:0,2 q0>2 q1>p table". */
static const char *
plan_text(struct bench *b)
{
	const struct spp_plan *plan = &b->plan;
	char word[40];
	unsigned int i;

	b->text[0] = '\0';
	for (i = 0; i < plan->nb_acquire; i++)
		say_port(b, '+', plan->acquire[i]);
	for (i = 0; i < plan->nb_release; i++)
		say_port(b, '-', plan->release[i]);
	for (i = 0; i < SPP_COMPONENT_MAX; i++) {
		if ((plan->pause & UINT64_C(1) << i) == 0)
			continue;
		snprintf(word, sizeof(word), "%s%u ", strstr(b->text, "pause") ? "" : "pause ", i);
		say(b, word);
	}
	for (i = 0; i < plan->nb_links; i++) {
		if (plan->links[i].to == SPP_LCORE_PARKED)
			snprintf(word, sizeof(word), "q%u>p ", plan->links[i].queue);
		else
			snprintf(word, sizeof(word), "q%u>%u ", plan->links[i].queue,
				 plan->links[i].to);
		say(b, word);
	}
	if (plan->table_changed)
		say(b, "table ");
	return b->text;
}

static const char *
plan(struct bench *b)
{
	assert_int_equal(spp_plan_make(&b->running, &b->staged, &b->holding, b->nb_queues, &b->plan,
				       &b->err),
			 0);
	return plan_text(b);
}

/** As if a flush had succeeded. */
static void
plan_and_run(struct bench *b)
{
	unsigned int i;

	plan(b);
	for (i = 0; i < b->plan.nb_acquire; i++)
		spp_held_ports_add(&b->holding.ports, b->plan.acquire[i]);
	for (i = 0; i < b->plan.nb_release; i++)
		spp_held_ports_remove(&b->holding.ports, b->plan.release[i]);
	for (i = 0; i < b->plan.nb_links; i++)
		b->holding.linked[b->plan.links[i].queue] = b->plan.links[i].to;
	spp_model_copy(&b->running, &b->staged);
}

/** The founding document's wiring with one VM: queues 0 to 3. */
static void
run_founding(struct bench *b)
{
	add(&b->staged, "2 classifier nic0 > ring0 ring2");
	add(&b->staged, "3 merge ring1 ring3 > nic0");
	add(&b->staged, "4 forward ring0 > vhost0");
	add(&b->staged, "5 forward vhost0 > ring1");
	plan_and_run(b);
}

static void
the_first_wiring_acquires_and_links_and_pauses_nothing(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "2 classifier nic0 > ring0 ring2");
	add(&b->staged, "3 merge ring1 ring3 > nic0");
	assert_string_equal(plan(b), "+nic0 +ring0.tx +ring1.rx +ring2.tx +ring3.rx q0>2 q1>3 ");
	assert_int_equal(b->plan.added, 2);
}

static void
nothing_changed_means_nothing_to_do(void **state)
{
	struct bench *b = *state;

	run_founding(b);
	assert_string_equal(plan(b), "");
	assert_true(spp_plan_empty(&b->plan));
}

static void
a_table_change_pauses_nothing(void **state)
{
	struct bench *b = *state;

	run_founding(b);
	b->staged.entries[b->staged.nb_entries++] =
		(struct spp_table_entry){.mac = {2}, .vid = SPP_VID_NONE};
	assert_string_equal(plan(b), "table ");
	assert_false(spp_plan_empty(&b->plan));
}

static void
starting_another_vm_pauses_nothing(void **state)
{
	struct bench *b = *state;

	run_founding(b);
	add(&b->staged, "6 forward ring2 > vhost1");
	add(&b->staged, "7 forward vhost1 > ring3");
	assert_string_equal(plan(b), "+vhost1 +ring2.rx +ring3.tx q4>6 q5>7 ");
}

static void
stopping_a_vm_pauses_its_components_and_the_classifier_but_not_the_merge(void **state)
{
	struct bench *b = *state;

	run_founding(b);
	spp_model_remove(&b->staged, 3);
	spp_model_remove(&b->staged, 2);
	assert_string_equal(plan(b), "-vhost0 -ring0.rx -ring1.tx pause 0 2 3 q2>p q3>p ");
	assert_int_equal(b->plan.removed, 2);
}

static void
a_moved_component_keeps_its_queue_when_it_has_a_name(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "f@4 forward ring0 > vhost0");
	plan_and_run(b);
	b->staged.components[0].lcore_id = 9;
	assert_string_equal(plan(b), "pause 0 q0>9 ");
	assert_int_equal(b->plan.moved, 1);
	assert_int_equal(b->plan.added + b->plan.removed + b->plan.changed, 0);
}

static void
an_unnamed_component_is_another_one_when_its_type_changes(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "4 forward ring0 > vhost0");
	plan_and_run(b);
	b->staged.components[0].type = SPP_MERGE;
	assert_string_equal(plan(b), "pause 0 q1>4 q0>p ");
	assert_int_equal(b->plan.added, 1);
	assert_int_equal(b->plan.removed, 1);
}

static void
a_queue_is_reused_in_the_same_flush_when_no_other_is_free(void **state)
{
	struct bench *b = *state;

	b->nb_queues = 1;
	add(&b->staged, "a@4 forward ring0 > vhost0");
	plan_and_run(b);
	b->staged.nb_components = 0;
	add(&b->staged, "b@5 forward ring0 > vhost0");
	assert_string_equal(plan(b), "pause 0 q0>p q0>5 ");
	assert_int_equal(b->plan.added, 1);
	assert_int_equal(b->plan.removed, 1);
}

static void
too_many_components_for_the_event_device_are_refused(void **state)
{
	struct bench *b = *state;

	b->nb_queues = 1;
	add(&b->staged, "a@4 forward ring0 > vhost0");
	add(&b->staged, "b@4 forward ring1 > vhost1");
	assert_int_equal(spp_plan_make(&b->running, &b->staged, &b->holding, 1, &b->plan, &b->err),
			 -ENOSPC);
	assert_string_equal(b->err.text,
			    "2 components (at most 1 fit on the event device of this VF)");
}

static void
upstream_of_a_change_is_paused_transitively(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "2 forward nic0 > ring0");
	add(&b->staged, "3 forward ring0 > ring1");
	add(&b->staged, "4 forward ring1 > vhost0");
	add(&b->staged, "5 forward vhost1 > ring3");
	plan_and_run(b);
	spp_model_remove(&b->staged, 2);
	assert_string_equal(plan(b), "-vhost0 -ring1.rx pause 0 1 2 q2>p ");
}

/** Else vhost0's packets on their new way could overtake those that are still in queue 1. */
static void
what_lies_between_a_change_and_a_merge_is_drained_with_all_that_feeds_it(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "2 forward vhost0 > ring0");
	add(&b->staged, "3 merge ring0 ring3 > ring1");
	add(&b->staged, "4 merge ring1 ring2 > nic0");
	add(&b->staged, "5 forward vhost1 > ring3");
	plan_and_run(b);
	spp_port_parse("ring2", &b->staged.components[0].tx[0].port, NULL);
	assert_string_equal(plan(b), "+ring2.tx -ring0.tx pause 0 1 3 ");
	assert_int_equal(b->plan.changed, 1);
}

static void
a_ring_without_a_consumer_gets_one_without_a_pause(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "2 forward nic0 > ring0");
	plan_and_run(b);
	add(&b->staged, "3 forward ring0 > vhost0");
	assert_string_equal(plan(b), "+vhost0 +ring0.rx q1>3 ");
}

static void
queues_of_a_nic_are_ports_of_their_own(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "2 forward nic0 > vhost0");
	add(&b->staged, "3 forward nic0nq1 > vhost1");
	assert_string_equal(plan(b), "+nic0 +nic0nq1 +vhost0 +vhost1 q0>2 q1>3 ");
}

static void
a_link_that_could_not_be_undone_is_made_anew(void **state)
{
	struct bench *b = *state;

	run_founding(b);
	b->holding.linked[2] = SPP_LCORE_UNKNOWN;
	assert_string_equal(plan(b), "pause 0 2 q2>4 ");
}

static const char *
problems(struct bench *b, unsigned int nb_queues)
{
	struct spp_inventory inventory = {.nb_queues = nb_queues};
	static struct spp_faults faults;
	unsigned int i;
	int ret;

	faults.nb = 0;
	b->text[0] = '\0';
	ret = spp_validate(&b->staged, &inventory, &faults);
	assert_int_equal(ret, faults.nb > 0 ? -EINVAL : 0);
	for (i = 0; i < faults.nb; i++) {
		say(b, faults.items[i].place);
		say(b, " ");
		say(b, faults.items[i].err.text);
		say(b, "\n");
	}
	return b->text;
}

static void
incomplete_components_and_the_founding_wiring_are_valid(void **state)
{
	struct bench *b = *state;

	run_founding(b);
	add(&b->staged, "6 forward > ");
	add(&b->staged, "7 merge ring2 > ");
	add(&b->staged, "8 classifier > vhost1");
	assert_string_equal(problems(b, 28), "");
}

static void
every_problem_is_reported_with_its_place(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "4 forward ring0 ring1 > vhost0 vhost1");
	add(&b->staged, "cls@5 classifier nic0 vhost0 > ring2");
	add(&b->staged, "6 merge ring2 ring3 > nic0 ring0");
	assert_string_equal(
		problems(b, 2),
		" 3 components (at most 2 fit on the event device of this VF)\n"
		"core[4].rx_ports forward on core 4: 2 rx ports (a forward has one rx port and one "
		"tx port)\n"
		"core[4].tx_ports forward on core 4: 2 tx ports (a forward has one rx port and one "
		"tx port)\n"
		"component[\"cls\"].rx_ports classifier \"cls\": 2 rx ports (a classifier has one "
		"rx port and any number of tx ports)\n"
		"core[6].tx_ports merge on core 6: 2 tx ports (a merge has any number of rx ports "
		"and one tx port)\n");
}

static void
a_loop_of_rings_is_refused(void **state)
{
	struct bench *b = *state;

	add(&b->staged, "2 forward ring0 > ring0");
	assert_string_equal(problems(b, 28),
			    "core[2].tx_ports forward on core 2: what it sends comes back to it "
			    "through rings (wiring must not form a loop)\n");
	b->staged.nb_components = 0;
	add(&b->staged, "2 merge nic0 ring1 > ring0");
	add(&b->staged, "3 forward ring0 > ring1");
	problems(b, 28);
	assert_non_null(strstr(b->text, "merge on core 2"));
	assert_non_null(strstr(b->text, "forward on core 3"));
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(the_first_wiring_acquires_and_links_and_pauses_nothing),
		UNIT(nothing_changed_means_nothing_to_do),
		UNIT(a_table_change_pauses_nothing),
		UNIT(starting_another_vm_pauses_nothing),
		UNIT(stopping_a_vm_pauses_its_components_and_the_classifier_but_not_the_merge),
		UNIT(a_moved_component_keeps_its_queue_when_it_has_a_name),
		UNIT(an_unnamed_component_is_another_one_when_its_type_changes),
		UNIT(a_queue_is_reused_in_the_same_flush_when_no_other_is_free),
		UNIT(too_many_components_for_the_event_device_are_refused),
		UNIT(upstream_of_a_change_is_paused_transitively),
		UNIT(what_lies_between_a_change_and_a_merge_is_drained_with_all_that_feeds_it),
		UNIT(a_ring_without_a_consumer_gets_one_without_a_pause),
		UNIT(queues_of_a_nic_are_ports_of_their_own),
		UNIT(a_link_that_could_not_be_undone_is_made_anew),
		UNIT(incomplete_components_and_the_founding_wiring_are_valid),
		UNIT(every_problem_is_reported_with_its_place),
		UNIT(a_loop_of_rings_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
