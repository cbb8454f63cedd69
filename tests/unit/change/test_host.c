/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Changes of several spp_vf: what is wired in each, in which order they are told, and what takes
 * each step back.
 */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include <jansson.h>

#include "build_model.h"
#include "change/diff.h"
#include "change/dump.h"
#include "change/host_patch.h"
#include "change/host_steps.h"
#include "change/plug.h"
#include "wiring/names.h"

#define NB_VFS 3

static struct host from, to;
static struct host_steps steps;
static json_t *notes;
static struct spp_error err;

/* Three spp_vf with six cores and eight rings; the first has a NIC. */
static int
set_up(void **state)
{
	notes = json_array();
	from = (struct host){.nb = NB_VFS};
	to = from;
	for (unsigned int i = 0; i < NB_VFS; i++) {
		struct wiring *wiring = wiring_create();
		struct spp_port ring = {.kind = SPP_PORT_RING};

		wiring->inventory.process_id = i + 1;
		wiring->inventory.present[0] = i == 0;
		for (; ring.index < 8; ring.index++)
			wiring->inventory.present[spp_port_id(ring)] = true;
		for (uint16_t core = 2; core < 8; core++)
			wiring->inventory.workers[wiring->inventory.nb_workers++] = core;
		from.wirings[i] = wiring;
		to.wirings[i] = wiring_copy(wiring);
	}
	return 0;
}

static int
tear_down(void **state)
{
	for (unsigned int i = 0; i < NB_VFS; i++) {
		wiring_destroy(from.wirings[i]);
		wiring_destroy(to.wirings[i]);
	}
	host_steps_free(&steps);
	json_decref(notes);
	return 0;
}

/* What was planned is how things are now. */
static void
settle(void)
{
	for (unsigned int i = 0; i < NB_VFS; i++) {
		wiring_destroy(from.wirings[i]);
		from.wirings[i] = wiring_copy(to.wirings[i]);
	}
}

static struct host_port
port_of(unsigned int vf, const char *name)
{
	struct host_port at = {.wiring = to.wirings[vf - 1]};

	assert_int_equal(spp_port_parse(name, &at.port, &err), 0);
	return at;
}

static int
patch(unsigned int vf_a, const char *a, unsigned int vf_b, const char *b)
{
	return host_patch(&to, port_of(vf_a, a), port_of(vf_b, b), notes, &err);
}

static int
plug(unsigned int guest, unsigned int wire, const char *vhost)
{
	struct wiring_plug what = {.vhost = port_of(guest, vhost).port,
				   .entry = {.mac = {2, 0, 0, 0, 0, 5}, .vid = SPP_VID_NONE},
				   .nic = -1,
				   .filter = SPP_FILTER_RESERVED};

	return wiring_plug(to.wirings[guest - 1], to.wirings[wire - 1], &what, notes, &err);
}

static void
expect_wiring(unsigned int vf, const char *const *wanted)
{
	const struct spp_model *model = &to.wirings[vf - 1]->model;
	char text[512];
	unsigned int i = 0;

	for (; wanted[i] != NULL; i++) {
		assert_true(i < model->nb_components);
		wiring_component_text(model, &model->components[i], text, sizeof(text));
		assert_string_equal(text, wanted[i]);
	}
	assert_int_equal(model->nb_components, i);
}

/* Carry the steps out one by one, forward or back, on what is there now. */
static void
carry_out(struct wiring **now, bool back)
{
	for (unsigned int n = 0; n < steps.nb; n++) {
		const struct host_step *step = &steps.steps[back ? steps.nb - 1 - n : n];

		assert_int_equal(
			wiring_take(now[step->at], back ? step->back : step->commands, &err), 0);
	}
}

/* Steps lead from the one to the other, and back again, and no ring is written that nobody reads,
 * unless that was so before. @return steps */
static unsigned int
check_steps(void)
{
	struct wiring *now[NB_VFS];
	json_t *left;

	host_steps_free(&steps);
	assert_int_equal(host_steps_make(&from, &to, &steps, &err), 0);
	for (unsigned int i = 0; i < NB_VFS; i++)
		now[i] = wiring_copy(from.wirings[i]);
	carry_out(now, false);
	for (unsigned int i = 0; i < NB_VFS; i++) {
		left = wiring_commands(now[i], to.wirings[i]);
		assert_int_equal(json_array_size(left), 0);
		json_decref(left);
	}
	carry_out(now, true);
	for (unsigned int i = 0; i < NB_VFS; i++) {
		left = wiring_commands(now[i], from.wirings[i]);
		assert_int_equal(json_array_size(left), 0);
		json_decref(left);
		wiring_destroy(now[i]);
	}
	return steps.nb;
}

static void
test_patch_and_unpatch(void **state)
{
	struct host_port a = port_of(1, "vhost0"), other;

	assert_int_equal(patch(1, "vhost0", 2, "vhost5"), 0);
	expect_wiring(1,
		      (const char *[]){"forward vhost0 -> ring7", "forward ring6 -> vhost0", NULL});
	expect_wiring(2,
		      (const char *[]){"forward ring7 -> vhost5", "forward vhost5 -> ring6", NULL});
	/* the readers of both first, then the writers of both */
	assert_int_equal(check_steps(), 4);
	assert_true(host_patched_to(&to, a, &other));
	assert_ptr_equal(other.wiring, to.wirings[1]);
	assert_int_equal(patch(1, "vhost0", 2, "vhost5"), 0);
	assert_int_equal(json_array_size(notes), 1);
	assert_int_equal(patch(1, "vhost0", 3, "vhost7"), -EBUSY);
	settle();
	assert_int_equal(host_unpatch(&to, a, NULL, notes, &err), 0);
	for (unsigned int vf = 1; vf <= 2; vf++)
		expect_wiring(vf, (const char *[]){NULL});
	assert_int_equal(check_steps(), 2);
}

static void
test_rings_that_others_use_are_left_alone(void **state)
{
	to.taken[7] = to.taken[5] = true;
	assert_int_equal(patch(1, "vhost0", 2, "vhost5"), 0);
	assert_int_equal(patch(1, "vhost1", 3, "vhost6"), 0);
	expect_wiring(3,
		      (const char *[]){"forward ring3 -> vhost6", "forward vhost6 -> ring2", NULL});
	assert_int_equal(patch(2, "vhost2", 3, "vhost7"), 0);
	assert_int_equal(patch(2, "vhost3", 3, "vhost8"), -ENOSPC);
	assert_non_null(strstr(err.text, "vf2 and vf3 need 2 rings that both have and nobody uses, "
					 "there are 0"));
}

static void
test_plug_and_unplug(void **state)
{
	struct spp_port vhost = port_of(2, "vhost3").port;

	assert_int_equal(plug(2, 1, "vhost3"), 0);
	expect_wiring(1, (const char *[]){"classifier nic0 -> ring6", "merge ring7 -> nic0", NULL});
	expect_wiring(2, (const char *[]){"forward ring6 -> vhost3", "forward vhost3-rsvd -> ring7",
					  NULL});
	assert_int_equal(to.wirings[0]->model.nb_entries, 1);
	assert_ptr_equal(host_wire_of(&to, to.wirings[1], vhost), to.wirings[0]);
	check_steps();
	settle();
	assert_int_equal(wiring_unplug(to.wirings[1], to.wirings[0], vhost, notes, &err), 0);
	expect_wiring(1, (const char *[]){NULL});
	expect_wiring(2, (const char *[]){NULL});
	assert_int_equal(to.wirings[0]->model.nb_entries, 0);
	check_steps();
}

/* The merge of a NIC gains a ring: it reads it before the guest's forward writes it. */
static void
test_a_merge_reads_before_the_guest_writes(void **state)
{
	struct spp_model *model = &from.wirings[0]->model;

	add(model, "2 classifier nic0 > ring0");
	add(model, "3 merge ring1 > nic0");
	add(model, "4 forward ring0 > vhost0");
	add(model, "5 forward vhost0 > ring1");
	spp_model_copy(&to.wirings[0]->model, model);
	assert_int_equal(plug(2, 1, "vhost3"), 0);
	assert_int_equal(check_steps(), 4);
	assert_int_equal(steps.steps[0].at, 0);
	assert_int_equal(steps.steps[1].at, 1);
}

static void
test_ends_that_are_in_use_are_said(void **state)
{
	add(&to.wirings[0]->model, "2 forward ring6 > vhost9");
	assert_int_equal(plug(2, 1, "vhost3"), -EBUSY);
	assert_non_null(strstr(err.text,
			       "ring6 is in use by forward on core 2 of vf1 (vhost3 needs "
			       "it between vf1 and vf2: remove that one)"));
}

/* One lets go of an end that another takes: first the one, then the other, in either direction. */
static void
test_an_end_moves(void **state)
{
	for (unsigned int a = 0; a < 2; a++) {
		unsigned int b = 1 - a;

		for (unsigned int i = 0; i < 2; i++)
			from.wirings[i]->model.nb_components = to.wirings[i]->model.nb_components =
				0;
		add(&from.wirings[a]->model, "2 forward ring5 > vhost0");
		add(&to.wirings[b]->model, "2 forward ring5 > vhost1");
		assert_int_equal(check_steps(), 2);
		assert_int_equal(steps.steps[0].at, a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_patch_and_unpatch, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rings_that_others_use_are_left_alone, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_plug_and_unplug, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_merge_reads_before_the_guest_writes, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_ends_that_are_in_use_are_said, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_an_end_moves, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
