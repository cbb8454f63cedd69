/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `plug --switch` and back: what it makes of a wiring, and what it refuses.
 */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include <jansson.h>

#include "change/diff.h"
#include "change/patch.h"
#include "change/plug_switch.h"
#include "wiring/names.h"

#define NB_CORES 6

static struct wiring *wiring;
static json_t *notes;
static struct spp_error err;
static char text[1024];

/* Two NICs, eight rings, six cores. */
static int
set_up(void **state)
{
	struct spp_port ring = {.kind = SPP_PORT_RING};

	wiring = wiring_create();
	notes = json_array();
	wiring->inventory.process_id = 1;
	wiring->inventory.present[0] = wiring->inventory.present[1] = true;
	for (ring.index = 0; ring.index < 8; ring.index++)
		wiring->inventory.present[spp_port_id(ring)] = true;
	for (uint16_t core = 2; core < 2 + NB_CORES; core++)
		wiring->inventory.workers[wiring->inventory.nb_workers++] = core;
	return 0;
}

static int
tear_down(void **state)
{
	wiring_destroy(wiring);
	json_decref(notes);
	return 0;
}

/* "vhost0 02:...:01", in a VLAN, to a NIC; -1, SPP_VID_NONE: not given. */
static struct wiring_plug
plug_of(unsigned int vhost, unsigned int last, uint16_t vid, int nic)
{
	return (struct wiring_plug){
		.vhost = {.kind = SPP_PORT_VHOST, .index = (uint16_t)vhost},
		.entry = {.mac = {2, 0, 0, 0, 0, (uint8_t)last}, .vid = vid},
		.nic = nic,
		.filter = SPP_FILTER_RESERVED,
	};
}

static int
plug(unsigned int vhost, unsigned int last)
{
	struct wiring_plug what = plug_of(vhost, last, SPP_VID_NONE, -1);

	return wiring_plug_switch(wiring, &what, notes, &err);
}

static void
unplug(unsigned int vhost)
{
	struct spp_port port = {.kind = SPP_PORT_VHOST, .index = (uint16_t)vhost};

	assert_true(wiring_is_switched(wiring, port));
	wiring_unplug_switch(wiring, port, notes);
	assert_false(wiring_is_switched(wiring, port));
}

/* The whole wiring, line by line. */
static const char *
lines(void)
{
	struct wiring *nothing = wiring_create();
	json_t *all = wiring_lines(nothing, wiring);
	size_t used = 0, i;
	const json_t *line;

	text[0] = '\0';
	json_array_foreach (all, i, line)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s\n",
					 json_string_value(line));
	json_decref(all);
	wiring_destroy(nothing);
	return text;
}

static void
one_component_has_the_nic_and_all_its_guests(void **state)
{
	struct wiring_plug what = plug_of(1, 2, 101, 0);

	assert_int_equal(plug(0, 1), -EINVAL);
	assert_string_equal(err.text,
			    "vf1 may use several NICs: say which with --nic nicN or uplinkN");
	what = plug_of(0, 1, SPP_VID_NONE, 0);
	assert_int_equal(wiring_plug_switch(wiring, &what, notes, &err), 0);
	assert_string_equal(lines(), "+ core 2   switch nic0 vhost0-rsvd -> nic0 vhost0\n"
				     "+ table    02:00:00:00:00:01 -> vhost0\n"
				     "+ table    default -> nic0\n");
	what = plug_of(1, 2, 101, -1);
	what.source_check = true;
	assert_int_equal(wiring_plug_switch(wiring, &what, notes, &err), 0);
	assert_int_equal(plug(0, 3), 0);
	assert_string_equal(lines(),
			    "+ core 2   switch nic0 vhost0-rsvd vhost1+101-rsvd-src -> nic0 vhost0 "
			    "vhost1-tag\n"
			    "+ table    101/02:00:00:00:00:02 -> vhost1\n"
			    "+ table    02:00:00:00:00:01 -> vhost0\n"
			    "+ table    02:00:00:00:00:03 -> vhost0\n"
			    "+ table    default -> nic0\n");
	assert_int_equal(plug(1, 4), -EEXIST);
	assert_string_equal(err.text, "vhost1 is plugged with another --vlan (unplug it first)");
	assert_int_equal(plug(2, 1), -EEXIST);
	assert_string_equal(
		err.text,
		"02:00:00:00:00:01 leads to vhost0 already (`sppctl unplug vhost0` first)");
}

static void
the_switch_goes_with_its_last_guest(void **state)
{
	struct wiring_plug what = plug_of(0, 1, SPP_VID_NONE, 0);

	assert_int_equal(wiring_plug_switch(wiring, &what, notes, &err), 0);
	assert_int_equal(plug(1, 2), 0);
	unplug(0);
	assert_string_equal(lines(), "+ core 2   switch nic0 vhost1-rsvd -> nic0 vhost1\n"
				     "+ table    02:00:00:00:00:02 -> vhost1\n"
				     "+ table    default -> nic0\n");
	unplug(1);
	assert_string_equal(lines(), "");
}

static void
both_styles_are_on_one_host(void **state)
{
	struct wiring_plug what = plug_of(0, 1, SPP_VID_NONE, 0);

	assert_int_equal(wiring_plug(wiring, wiring, &what, notes, &err), 0);
	what = plug_of(1, 2, SPP_VID_NONE, 0);
	assert_int_equal(wiring_plug_switch(wiring, &what, notes, &err), -EBUSY);
	assert_string_equal(err.text, "nic0 is rx port of classifier on core 2 (a NIC's VMs are "
				      "plugged all with --switch or all without)");
	what = plug_of(0, 1, SPP_VID_NONE, 1);
	assert_int_equal(wiring_plug_switch(wiring, &what, notes, &err), -EBUSY);
	assert_string_equal(err.text,
			    "vhost0 is in use by forward on core 5 (`sppctl unplug vhost0` first, "
			    "or `sppctl unpatch vhost0`)");
	what = plug_of(1, 2, SPP_VID_NONE, 1);
	assert_int_equal(wiring_plug_switch(wiring, &what, notes, &err), 0);
	assert_string_equal(lines(), "+ core 2   classifier nic0 -> ring0\n"
				     "+ core 3   merge ring1 -> nic0\n"
				     "+ core 4   forward ring0 -> vhost0\n"
				     "+ core 5   forward vhost0-rsvd -> ring1\n"
				     "+ core 6   switch nic1 vhost1-rsvd -> nic1 vhost1\n"
				     "+ table    02:00:00:00:00:01 -> ring0\n"
				     "+ table    02:00:00:00:00:02 -> vhost1\n"
				     "+ table    default -> nic1\n");
	/* and neither takes the other's */
	what = plug_of(1, 4, SPP_VID_NONE, -1);
	assert_int_equal(wiring_plug(wiring, wiring, &what, notes, &err), -EBUSY);
	assert_string_equal(err.text, "vhost1 is plugged to switch on core 6 (with --switch; or "
				      "`sppctl unplug vhost1` first)");
	what = plug_of(2, 3, SPP_VID_NONE, 1);
	assert_int_equal(wiring_plug(wiring, wiring, &what, notes, &err), -EBUSY);
	assert_string_equal(err.text, "nic1 is rx port of switch on core 6 (a classifier is needed "
				      "there, or plug with --switch)");
}

static void
a_classifier_without_guests_makes_room(void **state)
{
	struct wiring_plug what = plug_of(0, 1, SPP_VID_NONE, 0);

	assert_int_equal(wiring_plug(wiring, wiring, &what, notes, &err), 0);
	assert_int_equal(wiring_unplug(wiring, wiring, what.vhost, notes, &err), 0);
	assert_int_equal(wiring_plug_switch(wiring, &what, notes, &err), 0);
	assert_string_equal(lines(), "+ core 2   switch nic0 vhost0-rsvd -> nic0 vhost0\n"
				     "+ table    02:00:00:00:00:01 -> vhost0\n"
				     "+ table    default -> nic0\n");
	/* one that has a name is somebody's, and so is one that leads to a guest */
	unplug(0);
	assert_int_equal(wiring_plug(wiring, wiring, &what, notes, &err), 0);
	assert_int_equal(wiring_unplug(wiring, wiring, what.vhost, notes, &err), 0);
	strcpy(wiring->model.components[0].name, "mine");
	assert_int_equal(wiring_plug_switch(wiring, &what, notes, &err), -EBUSY);
	assert_string_equal(err.text, "nic0 is rx port of classifier \"mine\" (a NIC's VMs are "
				      "plugged all with --switch or all without)");
}

static void
two_switches_share_a_default(void **state)
{
	struct wiring_plug what = plug_of(0, 1, SPP_VID_NONE, 0);

	assert_int_equal(wiring_plug_switch(wiring, &what, notes, &err), 0);
	what = plug_of(1, 2, SPP_VID_NONE, 1);
	assert_int_equal(wiring_plug_switch(wiring, &what, notes, &err), 0);
	assert_non_null(strstr(lines(), "default -> nic0,nic1\n"));
	assert_int_equal(plug(2, 3), -EINVAL);
	assert_string_equal(err.text,
			    "vf1 has several switches: say which NIC with --nic nicN or uplinkN");
	what = plug_of(0, 1, SPP_VID_NONE, 1);
	assert_int_equal(wiring_plug_switch(wiring, &what, notes, &err), -EEXIST);
	assert_string_equal(err.text, "vhost0 is plugged to switch on core 2 (unplug it first)");
	unplug(0);
	assert_string_equal(lines(), "+ core 3   switch nic1 vhost1-rsvd -> nic1 vhost1\n"
				     "+ table    02:00:00:00:00:02 -> vhost1\n"
				     "+ table    default -> nic1\n");
}

static void
a_shared_address_stays_with_the_others(void **state)
{
	struct wiring_plug what = plug_of(0, 1, SPP_VID_NONE, 0);
	static const char command[] =
		"[{\"command\":\"classifier_table\",\"type\":\"mac\",\"value\":\"00:00:5E:00:01:"
		"01\",\"port\":[\"vhost0\",\"vhost1\"]}]";
	json_t *commands = json_loads(command, 0, NULL);

	assert_int_equal(wiring_plug_switch(wiring, &what, notes, &err), 0);
	assert_int_equal(plug(1, 2), 0);
	assert_int_equal(wiring_take(wiring, commands, &err), 0);
	json_decref(commands);
	assert_non_null(strstr(lines(), "00:00:5E:00:01:01 -> vhost0,vhost1\n"));
	unplug(0);
	assert_non_null(strstr(lines(), "00:00:5E:00:01:01 -> vhost1\n"));
}

static void
a_patch_takes_a_guest_from_its_switch(void **state)
{
	struct wiring_plug what = plug_of(0, 1, SPP_VID_NONE, 0);
	struct spp_port a = {.kind = SPP_PORT_VHOST}, b = {.kind = SPP_PORT_VHOST, .index = 1};

	assert_int_equal(wiring_plug_switch(wiring, &what, notes, &err), 0);
	assert_int_equal(wiring_unpatch(wiring, a, NULL, notes, &err), -EINVAL);
	assert_int_equal(wiring_patch(wiring, a, b, notes, &err), 0);
	assert_string_equal(lines(), "+ core 2   forward vhost0 -> vhost1\n"
				     "+ core 3   forward vhost1 -> vhost0\n");
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(one_component_has_the_nic_and_all_its_guests),
		UNIT(the_switch_goes_with_its_last_guest),
		UNIT(both_styles_are_on_one_host),
		UNIT(a_classifier_without_guests_makes_room),
		UNIT(two_switches_share_a_default),
		UNIT(a_shared_address_stays_with_the_others),
		UNIT(a_patch_takes_a_guest_from_its_switch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
