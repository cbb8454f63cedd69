/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Further addresses of a VM that is plugged: which VLAN they are in, and what is refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "change/address.h"
#include "change/plug.h"
#include "change/wiring.h"

static const struct spp_port vhost0 = {.kind = SPP_PORT_VHOST},
			     vhost1 = {.kind = SPP_PORT_VHOST, .index = 1};

/* vhost0 plugged without a VLAN and 02::1, vhost1 with VLAN 101 and 02::2. */
static struct wiring *
two_plugged(void)
{
	struct wiring_plug plug = {.vhost = vhost0, .nic = 0};
	struct spp_port ring = {.kind = SPP_PORT_RING};
	struct wiring *wiring = wiring_create();
	json_t *notes = json_array();
	struct spp_error err = {""};

	assert_non_null(wiring);
	wiring->inventory.process_id = 1;
	wiring->inventory.present[0] = true;
	for (; ring.index < 6; ring.index++)
		wiring->inventory.present[spp_port_id(ring)] = true;
	for (uint16_t core = 2; core < 8; core++)
		wiring->inventory.workers[wiring->inventory.nb_workers++] = core;
	plug.entry = (struct spp_table_entry){.mac = {2, 0, 0, 0, 0, 1}, .vid = SPP_VID_NONE};
	assert_int_equal(wiring_plug(wiring, wiring, &plug, notes, &err), 0);
	plug.vhost = vhost1;
	plug.entry = (struct spp_table_entry){.mac = {2, 0, 0, 0, 0, 2}, .vid = 101};
	assert_int_equal(wiring_plug(wiring, wiring, &plug, notes, &err), 0);
	json_decref(notes);
	return wiring;
}

/* The answer, with the note or the error in `text`. */
static int
ask(struct wiring *wiring, struct spp_port vhost, bool add, uint8_t mac, uint16_t vid, char *text)
{
	struct spp_table_entry entry = {.mac = {2, 0, 0, 0, 0, mac}, .vid = vid};
	json_t *notes = json_array();
	struct spp_error err = {""};
	int ret = wiring_address(wiring, wiring, vhost, &entry, add, notes, &err);
	const char *note = json_string_value(json_array_get(notes, 0));

	snprintf(text, SPP_ERROR_SIZE, "%s", ret < 0 ? err.text : note != NULL ? note : "");
	json_decref(notes);
	return ret;
}

static void
an_address_comes_and_goes_and_nothing_else_is_touched(void **state)
{
	struct wiring *wiring = two_plugged();
	char text[SPP_ERROR_SIZE];

	assert_int_equal(ask(wiring, vhost0, true, 7, SPP_VID_NONE, text), 0);
	assert_string_equal(text, "");
	assert_int_equal(wiring->model.nb_entries, 3);
	assert_int_equal(wiring->model.entries[2].port.index, 0);
	assert_int_equal(wiring->model.nb_components, 6);
	assert_int_equal(ask(wiring, vhost0, true, 7, SPP_VID_NONE, text), 0);
	assert_string_equal(text, "02:00:00:00:00:07 leads to vhost0 already: nothing to do");
	assert_int_equal(ask(wiring, vhost0, false, 7, SPP_VID_NONE, text), 0);
	assert_string_equal(text, "");
	assert_int_equal(ask(wiring, vhost0, false, 7, SPP_VID_NONE, text), 0);
	assert_string_equal(text, "02:00:00:00:00:07 does not lead to vhost0: nothing to do");
	assert_int_equal(ask(wiring, vhost0, false, 1, SPP_VID_NONE, text), 0);
	assert_string_equal(text, "warning: 02:00:00:00:00:01 was the last address of vhost0: "
				  "nothing from the NIC reaches its VM now");
	assert_int_equal(wiring->model.nb_entries, 1);
	assert_int_equal(wiring->model.nb_components, 6);
	wiring_destroy(wiring);
}

static void
the_vlan_is_that_of_the_plug_or_what_was_said(void **state)
{
	struct wiring *wiring = two_plugged();
	char text[SPP_ERROR_SIZE];

	assert_int_equal(ask(wiring, vhost1, true, 7, SPP_VID_NONE, text), 0);
	assert_int_equal(wiring->model.entries[2].vid, 101);
	assert_int_equal(ask(wiring, vhost1, true, 7, 101, text), 0);
	assert_int_equal(wiring->model.nb_entries, 3);
	assert_int_equal(ask(wiring, vhost1, true, 8, 102, text), -EEXIST);
	assert_string_equal(text, "vhost1 is plugged with --vlan 101: its answers go there, not to "
				  "VLAN 102");
	assert_int_equal(ask(wiring, vhost1, false, 7, SPP_VID_NONE, text), 0);
	assert_int_equal(wiring->model.nb_entries, 2);
	/* This one sees the tags itself. */
	assert_int_equal(ask(wiring, vhost0, true, 8, 102, text), 0);
	assert_int_equal(wiring->model.entries[2].vid, 102);
	wiring_destroy(wiring);
}

static void
whose_address_it_is_and_who_is_not_plugged_is_said(void **state)
{
	const struct spp_port vhost2 = {.kind = SPP_PORT_VHOST, .index = 2};
	struct wiring *wiring = two_plugged();
	char text[SPP_ERROR_SIZE];

	for (int add = 0; add < 2; add++) {
		assert_int_equal(ask(wiring, vhost0, add, 2, 101, text), -EEXIST);
		assert_string_equal(text, "101/02:00:00:00:00:02 leads to ring2 already, that is "
					  "vhost1 (`sppctl unplug vhost1` first)");
		assert_int_equal(ask(wiring, vhost2, add, 9, SPP_VID_NONE, text), -EBUSY);
		assert_string_equal(text, "vhost2 is not plugged (`sppctl plug vhost2 MAC` first)");
	}
	assert_int_equal(wiring->model.nb_entries, 2);
	wiring_destroy(wiring);
}

/* VRRP: two VMs have one address. */
static void
an_address_of_several_vms_is_taken_from_one_only(void **state)
{
	struct spp_table_entry shared = {.mac = {2, 0, 0, 0, 0, 9},
					 .vid = SPP_VID_NONE,
					 .nb_more = 1,
					 .port = {.kind = SPP_PORT_RING},
					 .more = {{.kind = SPP_PORT_RING, .index = 4}}};
	struct wiring_plug plug = {.vhost = vhost0, .nic = 0, .entry = shared};
	struct wiring *wiring = two_plugged();
	json_t *notes = json_array();
	struct spp_error err = {""};
	char text[SPP_ERROR_SIZE];

	assert_int_equal(spp_table_add(&wiring->index, &wiring->model, &shared, &err), 0);
	assert_int_equal(ask(wiring, vhost0, true, 9, SPP_VID_NONE, text), 0);
	assert_string_equal(text, "02:00:00:00:00:09 leads to vhost0 already: nothing to do");
	plug.entry.nb_more = 0;
	assert_int_equal(wiring_plug(wiring, wiring, &plug, notes, &err), 0);
	assert_int_equal(wiring->model.entries[2].nb_more, 1);
	assert_int_equal(ask(wiring, vhost0, false, 9, SPP_VID_NONE, text), 0);
	assert_string_equal(text, "");
	assert_int_equal(wiring->model.nb_entries, 3);
	assert_int_equal(wiring->model.entries[2].nb_more, 0);
	assert_int_equal(wiring->model.entries[2].port.index, 4);
	assert_int_equal(ask(wiring, vhost0, false, 9, SPP_VID_NONE, text), -EEXIST);
	json_decref(notes);
	wiring_destroy(wiring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_comes_and_goes_and_nothing_else_is_touched),
		cmocka_unit_test(the_vlan_is_that_of_the_plug_or_what_was_said),
		cmocka_unit_test(whose_address_it_is_and_who_is_not_plugged_is_said),
		cmocka_unit_test(an_address_of_several_vms_is_taken_from_one_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
