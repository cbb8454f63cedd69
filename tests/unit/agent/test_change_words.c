/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What words make of mirrors that are in the way: what goes is mirrored no more, what stays is.
 */
#include <string.h>

#include "unit.h"

#include <jansson.h>

#include "agent/words.h"
#include "wiring/names.h"

#define NB_VFS 3

static struct host host;
static json_t *notes;
static struct spp_error err;

/* Three spp_vf with eight cores and 32 rings; the first has a NIC. */
static int
set_up(void **state)
{
	notes = json_array();
	host = (struct host){.nb = NB_VFS};
	for (unsigned int i = 0; i < NB_VFS; i++) {
		struct wiring *wiring = wiring_create();
		struct spp_port ring = {.kind = SPP_PORT_RING};

		wiring->inventory.process_id = i + 1;
		wiring->inventory.nb_queues = SPP_COMPONENT_MAX;
		wiring->inventory.present[0] = i == 0;
		for (; ring.index < 32; ring.index++)
			wiring->inventory.present[spp_port_id(ring)] = true;
		for (uint16_t core = 2; core < 10; core++)
			wiring->inventory.workers[wiring->inventory.nb_workers++] = core;
		host.wirings[i] = wiring;
	}
	return 0;
}

static int
tear_down(void **state)
{
	for (unsigned int i = 0; i < NB_VFS; i++)
		wiring_destroy(host.wirings[i]);
	json_decref(notes);
	return 0;
}

/* @param other whose the other port is; 0: of vf1, as the first is */
static void
run(unsigned int other, const char *change, const char *port, const char *more, const char *value)
{
	json_t *request =
		json_pack("{s:s, s:s, s:s*}", "change", change, "port", port, more, value);

	if (agent_words_run(&host, other, request, notes, &err) < 0)
		fail_msg("%s %s: %s", change, port, err.text);
	json_decref(request);
}

static void
plug_to_switch(const char *vhost, const char *mac)
{
	json_t *request = json_pack("{s:s, s:s, s:s, s:b}", "change", "plug", "port", vhost, "mac",
				    mac, "switch", 1);

	assert_int_equal(agent_words_run(&host, 0, request, notes, &err), 0);
	json_decref(request);
}

static unsigned int
nb_components(unsigned int vf)
{
	return host.wirings[vf - 1]->model.nb_components;
}

static unsigned int
nb_mirrors(void)
{
	unsigned int nb = 0;

	for (unsigned int i = 0; i < NB_VFS; i++)
		for (unsigned int c = 0; c < host.wirings[i]->model.nb_components; c++)
			nb += host.wirings[i]->model.components[c].type == SPP_MIRROR;
	return nb;
}

static void
a_patch_of_what_is_plugged_ends_its_mirrors(void **state)
{
	run(0, "plug", "vhost0", "mac", "02:00:00:00:00:01");
	run(0, "plug", "vhost1", "mac", "02:00:00:00:00:02");
	run(2, "mirror", "vhost0", "other", "vhost7");
	run(2, "mirror", "vhost1", "other", "vhost8");
	assert_int_equal(nb_components(3), 2);
	run(0, "patch", "vhost0", "other", "vhost1");
	assert_int_equal(nb_mirrors(), 0);
	assert_int_equal(nb_components(3), 0);
}

static void
at_a_switch_too(void **state)
{
	plug_to_switch("vhost0", "02:00:00:00:00:01");
	plug_to_switch("vhost1", "02:00:00:00:00:02");
	run(2, "mirror", "vhost0", "other", "vhost7");
	run(1, "patch", "vhost0", "other", "vhost5");
	assert_int_equal(nb_mirrors(), 0);
	assert_int_equal(nb_components(3), 0);
}

/* @param side NULL: both */
static void
mirror_nic(const char *side)
{
	json_t *request = json_pack("{s:s, s:s, s:s, s:s*}", "change", "mirror", "port", "nic0",
				    "other", "vhost7", "side", side);

	assert_int_equal(agent_words_run(&host, 2, request, notes, &err), 0);
	json_decref(request);
}

/* Mirrors stay as long as there is a VM. */
static void
a_switch_goes_with_its_last_vm_while_its_nic_is_mirrored(void **state)
{
	static const char *const sides[] = {NULL, "rx", "tx"};

	for (unsigned int i = 0; i < 3; i++) {
		plug_to_switch("vhost0", "02:00:00:00:00:01");
		plug_to_switch("vhost1", "02:00:00:00:00:02");
		mirror_nic(sides[i]);
		run(0, "unplug", "vhost0", "other", NULL);
		assert_int_equal(nb_mirrors(), i == 0 ? 2 : 1);
		run(0, "unplug", "vhost1", "other", NULL);
		for (unsigned int vf = 1; vf <= NB_VFS; vf++)
			assert_int_equal(nb_components(vf), 0);
		assert_int_equal(host.wirings[0]->model.nb_entries, 0);
	}
}

static void
and_when_a_patch_takes_its_last_two(void **state)
{
	plug_to_switch("vhost0", "02:00:00:00:00:01");
	plug_to_switch("vhost1", "02:00:00:00:00:02");
	mirror_nic(NULL);
	run(0, "patch", "vhost0", "other", "vhost1");
	assert_int_equal(nb_mirrors(), 0);
	assert_int_equal(nb_components(1), 2);
	assert_int_equal(nb_components(3), 0);
	assert_int_equal(host.wirings[0]->model.nb_entries, 0);
}

/* Somebody's own, which nobody was plugged to, stays. */
static void
a_mirrored_switch_of_others_stays(void **state)
{
	plug_to_switch("vhost0", "02:00:00:00:00:01");
	mirror_nic(NULL);
	run(0, "patch", "vhost3", "other", "vhost4");
	run(0, "unpatch", "vhost3", "other", NULL);
	assert_int_equal(nb_mirrors(), 2);
	assert_int_equal(nb_components(1), 3);
}

static void
swap(void)
{
	struct wiring *first = host.wirings[0];

	host.wirings[0] = host.wirings[1];
	host.wirings[1] = first;
}

static void
from_the_far_end_too(void **state)
{
	run(1, "patch", "vhost0", "other", "vhost5");
	swap();
	run(2, "mirror", "vhost5", "other", "vhost7");
	swap();
	assert_int_equal(nb_mirrors(), 2);
	/* once more: it is nothing, and nothing goes */
	run(1, "patch", "vhost0", "other", "vhost5");
	assert_int_equal(nb_mirrors(), 2);
	run(0, "unpatch", "vhost0", "other", NULL);
	for (unsigned int vf = 1; vf <= NB_VFS; vf++)
		assert_int_equal(nb_components(vf), 0);
}

static void
within_one_too(void **state)
{
	run(0, "patch", "vhost0", "other", "vhost1");
	run(2, "mirror", "vhost0", "other", "vhost7");
	run(0, "unpatch", "vhost1", "other", NULL);
	assert_int_equal(nb_components(1), 0);
	assert_int_equal(nb_components(3), 0);
}

static void
what_is_not_patched_stays_mirrored(void **state)
{
	run(0, "plug", "vhost0", "mac", "02:00:00:00:00:01");
	run(0, "mirror", "nic0", "other", "vhost7");
	run(0, "unpatch", "nic0", "other", NULL);
	assert_string_equal(json_string_value(json_array_get(notes, json_array_size(notes) - 1)),
			    "nic0 is not patched: nothing to do");
	assert_int_equal(nb_mirrors(), 2);
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(a_patch_of_what_is_plugged_ends_its_mirrors),
		UNIT(at_a_switch_too),
		UNIT(a_switch_goes_with_its_last_vm_while_its_nic_is_mirrored),
		UNIT(and_when_a_patch_takes_its_last_two),
		UNIT(a_mirrored_switch_of_others_stays),
		UNIT(from_the_far_end_too),
		UNIT(within_one_too),
		UNIT(what_is_not_patched_stays_mirrored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
