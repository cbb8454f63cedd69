/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `plug` and `address` beside mirrors: VMs come to a mirrored NIC, a mirrored VM gets an address.
 */
#include <errno.h>
#include <string.h>

#include "unit.h"

#include <jansson.h>

#include "mirror_bench.h"

#include "change/address.h"
#include "change/host_patch.h"
#include "wiring/names.h"

/* They come while their NIC is mirrored. @param nic "": the one there is */
static void
plug_beside(bool to_switch, const char *nic)
{
	struct wiring *vf = host.wirings[0];

	plug("vhost0", 1, SPP_VID_NONE, to_switch);
	remember();
	expect_mirror("nic0", 2, "vhost7", BOTH);
	remember();
	for (unsigned int i = 0; i < 2; i++)
		if (try_plug("vhost1", 2, SPP_VID_NONE, to_switch, nic) < 0)
			fail_msg("%s", err.text);
	check_commands();
	assert_true(try_plug("vhost2", 3, SPP_VID_NONE, !to_switch, "nic0") < 0);
	assert_int_equal(host_unmirror(&host, port_of(1, "nic0"), NULL, BOTH), 2);
	remember();
	/* as if the mirror had not been there */
	wiring_clear(vf);
	plug("vhost0", 1, SPP_VID_NONE, to_switch);
	plug("vhost1", 2, SPP_VID_NONE, to_switch);
	check_back();
}

static void
vms_are_plugged_to_a_mirrored_nic(void **state)
{
	plug_beside(false, "");
}

static void
by_its_name_too(void **state)
{
	plug_beside(false, "nic0");
}

static void
at_a_switch_too(void **state)
{
	plug_beside(true, "nic0");
}

/* nic0 of vf1 is patched to vhost8 of vf2: its ring leads there, no classifier may read it. */
static void
not_to_a_nic_that_is_patched(void **state)
{
	assert_int_equal(host_patch(&host, port_of(1, "nic0"), port_of(2, "vhost8"), notes, &err),
			 0);
	remember();
	expect_mirror("nic0", 1, "vhost5", BOTH);
	assert_int_equal(try_plug("vhost0", 1, SPP_VID_NONE, false, "nic0"), -EBUSY);
	assert_non_null(strstr(err.text, "(a classifier is needed there)"));
	assert_int_equal(try_plug("vhost0", 1, SPP_VID_NONE, true, "nic0"), -EBUSY);
	expect_unmirror("nic0", BOTH, 2);
}

static void
a_mirrored_port_of_a_switch_gets_no_address(void **state)
{
	static const unsigned int sides[] = {MIRROR_RX, MIRROR_TX, BOTH};
	static const char wanted[] = "vhost0 is mirrored: `sppctl unmirror vhost0` first";
	struct spp_table_entry entry = {.mac = {2, 0, 0, 0, 0, 9}, .vid = SPP_VID_NONE};
	struct wiring *vf = host.wirings[0];
	struct spp_port vhost0 = port_of(1, "vhost0").port;

	plug("vhost0", 1, SPP_VID_NONE, true);
	plug("vhost1", 2, SPP_VID_NONE, true);
	for (unsigned int i = 0; i < 3; i++) {
		remember();
		expect_mirror("vhost0", 1, "vhost5", sides[i]);
		assert_int_equal(wiring_address(vf, vf, vhost0, &entry, true, notes, &err), -EBUSY);
		assert_string_equal(err.text, wanted);
		assert_int_equal(try_plug("vhost0", 9, SPP_VID_NONE, true, ""), -EBUSY);
		assert_string_equal(err.text, wanted);
		assert_int_equal(try_plug("vhost2", 1, SPP_VID_NONE, true, ""), -EEXIST);
		assert_non_null(strstr(err.text, "`sppctl unplug vhost0` first"));
		expect_unmirror("vhost0", sides[i], sides[i] == BOTH ? 2 : 1);
	}
	assert_int_equal(wiring_address(vf, vf, vhost0, &entry, true, notes, &err), 0);
}

/* What a plug made is mirrored without a change of its addresses. */
static void
a_mirrored_plug_gets_an_address(void **state)
{
	struct spp_table_entry entry = {.mac = {2, 0, 0, 0, 0, 9}, .vid = SPP_VID_NONE};
	struct wiring *vf = host.wirings[0];

	plug("vhost0", 1, SPP_VID_NONE, false);
	remember();
	expect_mirror("vhost0", 1, "vhost5", BOTH);
	plug("vhost0", 8, SPP_VID_NONE, false);
	assert_int_equal(
		wiring_address(vf, vf, port_of(1, "vhost0").port, &entry, true, notes, &err), 0);
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(vms_are_plugged_to_a_mirrored_nic),
		UNIT(by_its_name_too),
		UNIT(at_a_switch_too),
		UNIT(not_to_a_nic_that_is_patched),
		UNIT(a_mirrored_port_of_a_switch_gets_no_address),
		UNIT(a_mirrored_plug_gets_an_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
