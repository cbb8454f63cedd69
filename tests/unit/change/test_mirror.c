/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `mirror` and `unmirror`: what they make of a wiring, that a spp_vf would take it, that the way
 * back leads to what was before, and what they refuse.
 */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include <jansson.h>

#include "mirror_bench.h"

#include "change/core.h"
#include "change/mirror.h"
#include "change/patch.h"
#include "change/plug.h"
#include "change/plug_switch.h"
#include "wiring/names.h"

static void
a_forward_becomes_a_mirror_and_one_again(void **state)
{
	plug("vhost0", 1, SPP_VID_NONE, false);
	remember();
	expect_mirror("vhost0", 1, "vhost5", MIRROR_RX);
	expect_at(1, "vhost0", SPP_RX, "5 mirror vhost0-rsvd -> ring1 vhost5");
	assert_true(wiring_is_plugged(host.wirings[0], port_of(1, "vhost0").port));
	/* once more is nothing */
	expect_mirror("vhost0", 1, "vhost5", MIRROR_RX);
	assert_string_equal(json_string_value(json_array_get(notes, json_array_size(notes) - 1)),
			    "what comes in by vhost0 is mirrored to vhost5 already");
	assert_int_equal(host_unmirror(&host, port_of(1, "vhost0"), NULL, MIRROR_TX), 0);
	expect_unmirror("vhost0", MIRROR_RX, 1);
}

static void
both_sides_are_collected(void **state)
{
	plug("vhost0", 1, SPP_VID_NONE, false);
	plug("vhost1", 2, SPP_VID_NONE, false);
	remember();
	expect_mirror("vhost0", 1, "vhost5", BOTH);
	expect_mirror("vhost1", 1, "vhost5", BOTH);
	expect_at(1, "vhost5", SPP_TX,
		  "8 merge \"mirror_to_vhost5\" ring15 ring14 ring13 ring12 -> vhost5");
	assert_int_equal(host_unmirror(&host, port_of(1, "vhost0"), NULL, BOTH), 2);
	check_commands();
	expect_unmirror("vhost1", BOTH, 2);
}

static void
of_one_of_several_that_look_at_it_the_copies_end(void **state)
{
	struct host_port first = port_of(1, "vhost5");

	plug("vhost0", 1, SPP_VID_NONE, false);
	remember();
	expect_mirror("vhost0", 1, "vhost5", BOTH);
	expect_mirror("vhost0", 1, "vhost6", BOTH);
	expect_mirror("vhost0", 2, "vhost7", BOTH);
	assert_int_equal(host_unmirror(&host, port_of(1, "vhost0"), &first, BOTH), 2);
	check_commands();
	assert_int_equal(spp_model_find_port(&host.wirings[0]->model, first.port, SPP_TX), -1);
	assert_int_equal(host_unmirror(&host, port_of(1, "vhost0"), &first, BOTH), 0);
	expect_unmirror("vhost0", BOTH, 4);
}

static void
another_vf_gets_them_by_a_ring(void **state)
{
	plug("vhost0", 1, SPP_VID_NONE, false);
	remember();
	expect_mirror("vhost0", 2, "vhost7", MIRROR_TX);
	expect_at(1, "vhost0", SPP_TX, "4 mirror ring0 -> vhost0 ring15");
	expect_at(2, "vhost7", SPP_TX, "2 merge \"mirror_to_vhost7\" ring15 -> vhost7");
	expect_mirror("vhost0", 2, "vhost7", MIRROR_RX);
	expect_unmirror("vhost0", BOTH, 2);
	/* or to a ring that some component there has */
	expect_mirror("vhost0", 1, "ring9", MIRROR_TX);
	expect_at(1, "vhost0", SPP_TX, "4 mirror ring0 -> vhost0 ring9");
	expect_unmirror("vhost0", BOTH, 1);
}

static void
of_a_vm_in_a_vlan_the_copies_have_no_tag(void **state)
{
	plug("vhost0", 1, 100, false);
	remember();
	expect_mirror("vhost0", 1, "vhost5", MIRROR_RX);
	expect_mirror("vhost0", 1, "vhost6", MIRROR_TX);
	expect_at(1, "vhost0", SPP_RX, "5 mirror vhost0+100-rsvd -> ring1 vhost5-tag");
	expect_at(1, "vhost0", SPP_TX, "4 mirror ring0 -> vhost0-tag vhost6-tag");
	expect_unmirror("vhost0", BOTH, 2);
}

static void
before_and_behind_others_one_is_put_in(void **state)
{
	plug("vhost0", 1, SPP_VID_NONE, false);
	remember();
	expect_mirror("nic0", 1, "vhost5", BOTH);
	expect_at(1, "nic0", SPP_RX, "2 mirror \"mirror_nic0_rx\" nic0 -> ring15 ring13");
	expect_at(1, "nic0", SPP_TX, "3 mirror \"mirror_nic0_tx\" ring14 -> nic0 ring12");
	expect_at(1, "ring15", SPP_RX, "2 classifier ring15 -> ring0");
	expect_unmirror("nic0", BOTH, 2);
}

/* Its table leads to the ring meanwhile, its pairs say which rings are one place. */
static void
a_port_of_a_switch(void **state)
{
	struct spp_model *model = &host.wirings[0]->model;
	struct spp_port vhost0 = port_of(1, "vhost0").port, vhost1 = port_of(1, "vhost1").port;

	plug("vhost0", 1, SPP_VID_NONE, true);
	plug("vhost1", 2, SPP_VID_NONE, true);
	model->components[0].source_check = true;
	/* the second address is at both */
	for (unsigned int e = 0; e < model->nb_entries; e++) {
		if (!spp_port_equal(model->entries[e].port, vhost1))
			continue;
		model->entries[e].port = vhost0;
		model->entries[e].nb_more = 1;
		model->entries[e].more[0] = vhost1;
	}
	remember();
	expect_mirror("vhost0", 1, "vhost5", MIRROR_RX);
	expect_unmirror("vhost0", BOTH, 1);
	expect_mirror("vhost0", 1, "vhost5", MIRROR_TX);
	for (unsigned int e = 0; e < model->nb_entries; e++)
		assert_false(spp_entry_leads_to(&model->entries[e], vhost0));
	expect_unmirror("vhost0", BOTH, 1);
	for (unsigned int first = MIRROR_RX; first <= MIRROR_TX; first++) {
		expect_mirror("vhost0", 1, "vhost5", BOTH);
		expect_mirror("nic0", 1, "vhost6", BOTH);
		assert_int_equal(host_unmirror(&host, port_of(1, "nic0"), NULL, first), 1);
		check_commands();
		assert_int_equal(host_unmirror(&host, port_of(1, "nic0"), NULL, BOTH), 1);
		assert_int_equal(host_unmirror(&host, port_of(1, "vhost0"), NULL, first), 1);
		check_commands();
		expect_unmirror("vhost0", BOTH, 1);
	}
}

static void
a_patch_stays_one(void **state)
{
	struct host_port a = port_of(1, "vhost0"), b = port_of(1, "vhost1");

	assert_int_equal(wiring_patch(host.wirings[0], a.port, b.port, notes, &err), 0);
	remember();
	expect_mirror("vhost0", 1, "vhost5", BOTH);
	assert_int_equal(wiring_patch(host.wirings[0], a.port, b.port, notes, &err), 0);
	assert_string_equal(json_string_value(json_array_get(notes, json_array_size(notes) - 1)),
			    "vhost0 and vhost1 are patched already: nothing to do");
	expect_unmirror("vhost1", BOTH, 2);
}

static void
what_cannot_be_is_refused(void **state)
{
	static const struct {
		const char *port;
		unsigned int sides;
		const char *to, *error;
	} tries[] = {
		{"vhost0", BOTH, "vhost0", "vhost0 cannot be mirrored to itself (another port)"},
		{"vhost3", BOTH, "vhost5",
		 "vhost3: nothing comes in by it in vf1 (it is not wired)"},
		{"vhost5", MIRROR_RX, "vhost6",
		 "vhost5: nothing comes in by it in vf1 (--tx mirrors what leaves)"},
		{"vhost5", MIRROR_TX, "vhost6", "vhost5 gets copies itself, from mirror on core 4"},
		{"ring0", MIRROR_TX, "vhost6",
		 "ring0 comes from a classifier: it cannot be mirrored there (mirror the vhost or NIC "
		 "whose packets it has)"},
		{"ring1", MIRROR_RX, "vhost6",
		 "ring1 leads to a merge: it cannot be mirrored there (mirror the vhost or NIC whose "
		 "packets it has)"},
		{"vhost0", BOTH, "vhost1",
		 "vhost1 is in use by forward on core 6 of vf1 (copies need a port to which nothing "
		 "else is sent)"},
		{"vhost0", BOTH, "nic0",
		 "nic0 is in use by merge on core 3 of vf1 (copies need a port to which nothing else "
		 "is sent)"},
	};
	char name[16];

	plug("vhost0", 1, SPP_VID_NONE, false);
	plug("vhost1", 2, SPP_VID_NONE, false);
	remember();
	expect_mirror("vhost0", 1, "vhost5", MIRROR_TX);
	for (unsigned int i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		assert_true(mirror(tries[i].port, 1, tries[i].to, tries[i].sides) < 0);
		assert_string_equal(err.text, tries[i].error);
	}
	for (unsigned int i = 6; i < 12; i++) {
		snprintf(name, sizeof(name), "vhost%u", i);
		expect_mirror("vhost0", 1, name, MIRROR_TX);
	}
	assert_true(mirror("vhost0", 1, "vhost20", MIRROR_TX) < 0);
	assert_string_equal(err.text, "mirror on core 4 has 8 tx ports (that is the most)");
}

static struct spp_component *
add_by_hand(unsigned int type, const char *name, const char *rx, const char *tx)
{
	struct spp_component *component = wiring_add_named(
		host.wirings[0], type, name, -1, port_of(1, rx).port, port_of(1, tx).port, &err);

	assert_non_null(component);
	return component;
}

/* By an operator, without a ring behind, or with one that another process reads. */
static void
one_of_the_same_name_by_hand_becomes_a_forward(void **state)
{
	static const char *const ends[] = {"vhost1", "ring9"};
	struct wiring *vf = host.wirings[0];

	for (unsigned int i = 0; i < 2; i++) {
		wiring_clear(vf);
		wiring_clear(host.wirings[1]);
		add_by_hand(SPP_FORWARD, "mirror_nic0_rx", "nic0", ends[i]);
		add_by_hand(SPP_FORWARD, "back", "vhost1", "nic0");
		if (i == 1)
			assert_non_null(wiring_add(host.wirings[1], SPP_FORWARD,
						   port_of(1, "ring9").port,
						   port_of(1, "vhost8").port, &err));
		remember();
		expect_mirror("nic0", 1, "vhost5", MIRROR_RX);
		expect_unmirror("nic0", MIRROR_RX, 1);
	}
}

static void
copies_go_to_the_highest_ring(void **state)
{
	plug("vhost0", 1, SPP_VID_NONE, false);
	remember();
	expect_mirror("nic0", 1, "ring15", BOTH);
	expect_at(1, "nic0", SPP_RX, "2 mirror \"mirror_nic0_rx\" nic0 -> ring14 ring12");
	expect_unmirror("nic0", BOTH, 2);
}

static void
who_gets_collected_copies_is_not_mirrored(void **state)
{
	plug("vhost0", 1, SPP_VID_NONE, false);
	remember();
	expect_mirror("vhost0", 1, "vhost5", BOTH);
	assert_int_equal(mirror("vhost5", 1, "vhost6", MIRROR_TX), -EBUSY);
	assert_string_equal(err.text, "vhost5 gets copies itself, from merge \"mirror_to_vhost5\"");
}

static void
without_a_free_core_or_ring(void **state)
{
	plug("vhost0", 1, SPP_VID_NONE, false);
	plug("vhost1", 2, SPP_VID_NONE, false);
	plug("vhost2", 3, SPP_VID_NONE, false);
	remember();
	expect_mirror("nic0", 1, "vhost5", BOTH);
	expect_at(1, "vhost5", SPP_TX, "9 merge \"mirror_to_vhost5\" ring13 ring12 -> vhost5");
	expect_unmirror("nic0", BOTH, 2);
	for (unsigned int i = 6; i < 16; i++)
		host.taken[i] = true;
	assert_true(mirror("nic0", 1, "vhost5", MIRROR_RX) < 0);
	assert_non_null(strstr(err.text, "vf1 needs a ring that nobody uses"));
	/* a forward needs none for one */
	expect_mirror("vhost0", 1, "vhost5", MIRROR_RX);
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(a_forward_becomes_a_mirror_and_one_again),
		UNIT(both_sides_are_collected),
		UNIT(of_one_of_several_that_look_at_it_the_copies_end),
		UNIT(another_vf_gets_them_by_a_ring),
		UNIT(of_a_vm_in_a_vlan_the_copies_have_no_tag),
		UNIT(before_and_behind_others_one_is_put_in),
		UNIT(a_port_of_a_switch),
		UNIT(a_patch_stays_one),
		UNIT(what_cannot_be_is_refused),
		UNIT(one_of_the_same_name_by_hand_becomes_a_forward),
		UNIT(copies_go_to_the_highest_ring),
		UNIT(who_gets_collected_copies_is_not_mirrored),
		UNIT(without_a_free_core_or_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
