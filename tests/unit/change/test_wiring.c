/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The difference of two wirings, as commands, makes one of the other: for many random ones.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "change/core.h"
#include "change/diff.h"
#include "change/dump.h"
#include "change/patch.h"
#include "change/plug.h"
#include "change/wiring.h"

#define NB_CORES 5
#define ROUNDS   2000

/* Two NICs, four rings, five cores. */
static struct wiring *
empty(void)
{
	struct spp_port ring = {.kind = SPP_PORT_RING};
	struct wiring *wiring = wiring_create();

	assert_non_null(wiring);
	wiring->inventory.process_id = 1;
	wiring->inventory.present[0] = wiring->inventory.present[1] = true;
	for (ring.index = 0; ring.index < 4; ring.index++)
		wiring->inventory.present[spp_port_id(ring)] = true;
	for (uint16_t core = 2; core < 2 + NB_CORES; core++)
		wiring->inventory.workers[wiring->inventory.nb_workers++] = core;
	return wiring;
}

static void
take(struct wiring *wiring, const char *text)
{
	json_t *commands = json_loads(text, 0, NULL);
	struct spp_error err = {""};

	assert_non_null(commands);
	if (wiring_take(wiring, commands, &err) < 0)
		fail_msg("%s", err.text);
	json_decref(commands);
}

/* Named and unnamed ones, several on a core, and entries; what does not fit is left out. */
static struct wiring *
random_wiring(unsigned int *seed)
{
	struct wiring *wiring = empty();
	struct spp_error err;

	for (int i = 0; i < 12; i++) {
		json_t *commands;
		char text[320];
		int core = 2 + rand_r(seed) % NB_CORES, port = rand_r(seed) % 6;

		if (rand_r(seed) % 3 == 0)
			snprintf(text, sizeof(text),
				 "[{\"command\":\"classifier_table\",\"type\":\"mac\",\"value\":"
				 "\"02:00:00:00:00:0%d\",\"port\":\"ring%d\"}]",
				 port, rand_r(seed) % 4);
		else if (rand_r(seed) % 4 == 0)
			snprintf(text, sizeof(text),
				 "[{\"command\":\"classifier_table\",\"type\":\"mac\",\"value\":"
				 "\"02:00:00:00:00:0%d\",\"port\":[\"ring%d\",\"vhost%d\"]}]",
				 port, rand_r(seed) % 4, rand_r(seed) % 3);
		else if (rand_r(seed) % 4 == 0)
			snprintf(
				text, sizeof(text),
				"[{\"command\":\"component\",\"core_id\":%d,\"type\":\"switch\","
				"\"source_check\":%s,\"rx_ports\":[\"ring%d\",{\"port\":\"vhost%d\","
				"\"storm_pps\":%d,\"source_check\":%s}],\"tx_ports\":[\"ring%d\"],"
				"\"pairs\":[[\"ring%d\",\"ring%d\"]]}]",
				core, rand_r(seed) % 2 ? "true" : "false", port, rand_r(seed) % 6,
				100 * (rand_r(seed) % 3), rand_r(seed) % 2 ? "true" : "false",
				(port + 1) % 6, port, (port + 1) % 6);
		else if (rand_r(seed) % 2 == 0)
			snprintf(text, sizeof(text),
				 "[{\"command\":\"component\",\"core_id\":%d,\"type\":\"forward\","
				 "\"name\":\"n%d\",\"rx_ports\":[\"vhost%d\"],\"tx_ports\":[]}]",
				 core, rand_r(seed) % 4, port);
		else
			snprintf(text, sizeof(text),
				 "[{\"command\":\"component\",\"core_id\":%d,\"type\":\"merge\","
				 "\"rx_ports\":[\"ring%d\",{\"port\":\"nic0\",\"vlan\":{"
				 "\"operation\":\"del\"}}],\"tx_ports\":[\"vhost%d\"]}]",
				 core, port, rand_r(seed) % 6);
		commands = json_loads(text, 0, NULL);
		(void)wiring_take(wiring, commands, &err);
		json_decref(commands);
	}
	return wiring;
}

static void
the_difference_makes_one_of_the_other(void **state)
{
	unsigned int seed = 1;

	for (int round = 0; round < ROUNDS; round++) {
		struct wiring *from = random_wiring(&seed), *to = random_wiring(&seed);
		json_t *commands = wiring_commands(from, to), *left;
		struct spp_error err = {""};

		if (wiring_take(from, commands, &err) < 0)
			fail_msg("round %d: %s", round, err.text);
		left = wiring_lines(from, to);
		assert_int_equal(json_array_size(left), 0);
		json_decref(left);
		left = wiring_commands(from, to);
		assert_int_equal(json_array_size(left), 0);
		json_decref(left);
		json_decref(commands);
		wiring_destroy(from);
		wiring_destroy(to);
	}
}

static void
a_dump_makes_the_same_wiring(void **state)
{
	unsigned int seed = 7;

	for (int round = 0; round < 100; round++) {
		struct wiring *from = random_wiring(&seed), *to = empty();
		json_t *dump = wiring_dump(from), *lines;
		struct spp_error err = {""};

		assert_int_equal(wiring_take(to, json_object_get(dump, "commands"), &err), 0);
		lines = wiring_lines(from, to);
		assert_int_equal(json_array_size(lines), 0);
		json_decref(lines);
		json_decref(dump);
		wiring_destroy(from);
		wiring_destroy(to);
	}
}

/* "rx -> tx" of the component on a core. */
static const char *
on_core(const struct wiring *wiring, unsigned int core)
{
	static char text[256];

	for (unsigned int i = 0; i < wiring->model.nb_components; i++) {
		if (wiring->model.components[i].lcore_id == core)
			return wiring_component_text(&wiring->model, &wiring->model.components[i],
						     text, sizeof(text));
	}
	return "";
}

static int
plug(struct wiring *wiring, uint16_t vhost, int nic, char mac, struct spp_error *err)
{
	struct wiring_plug plug = {.vhost = {.kind = SPP_PORT_VHOST, .index = vhost},
				   .entry = {.vid = SPP_VID_NONE, .mac = {2, 0, 0, 0, 0, mac}},
				   .nic = nic};
	json_t *notes = json_array();
	int ret = wiring_plug(wiring, wiring, &plug, notes, err);

	json_decref(notes);
	return ret;
}

static void
a_vhost_is_plugged_to_the_nic_that_is_asked_for(void **state)
{
	struct spp_port vhost = {.kind = SPP_PORT_VHOST};
	struct wiring *wiring = empty();
	struct spp_error err = {""};
	json_t *notes = json_array();

	wiring->inventory.workers[wiring->inventory.nb_workers++] = 7;
	assert_int_equal(plug(wiring, 0, -1, 1, &err), -EINVAL);
	assert_string_equal(err.text,
			    "vf1 may use several NICs: say which with --nic nicN or uplinkN");
	assert_int_equal(plug(wiring, 0, 2, 1, &err), -EINVAL);
	assert_string_equal(err.text, "--nic nic2: vf1 has no such NIC (it has: nic0 nic1)");
	assert_int_equal(plug(wiring, 2, 0, 1, &err), -EBUSY);
	assert_string_equal(err.text,
			    "vhost2 would need ring4 and ring5, and vf1 has not both (its "
			    "rings: ring0 ring1 ring2 ring3; its vhosts: none)");
	assert_int_equal(plug(wiring, 0, 0, 1, &err), 0);
	assert_int_equal(plug(wiring, 0, 1, 2, &err), -EEXIST);
	assert_string_equal(err.text, "vhost0 is plugged to nic0 (unplug it first)");
	assert_int_equal(plug(wiring, 0, 0, 2, &err), 0);
	/* Classifier and merge stay where the vhost was; they give up its rings. */
	assert_int_equal(wiring_unplug(wiring, wiring, vhost, notes, &err), 0);
	assert_string_equal(on_core(wiring, 2), "classifier nic0 -> ring0");
	assert_int_equal(plug(wiring, 0, 1, 1, &err), 0);
	assert_string_equal(on_core(wiring, 2), "classifier nic0 -> (none)");
	assert_string_equal(on_core(wiring, 4), "classifier nic1 -> ring0");
	assert_string_equal(on_core(wiring, 5), "merge ring1 -> nic1");
	/* Another address needs no --nic, though there are two now. */
	assert_int_equal(plug(wiring, 0, -1, 3, &err), 0);
	json_decref(notes);
	wiring_destroy(wiring);
}

static void
a_misspelt_component_has_a_nearest_one(void **state)
{
	struct wiring *wiring = empty();
	struct spp_error err = {""};

	take(wiring, "[{\"command\":\"component\",\"core_id\":2,\"type\":\"classifier\"},"
		     "{\"command\":\"component\",\"core_id\":3,\"type\":\"forward\",\"name\":"
		     "\"web1_rx\"}]");
	assert_int_equal(wiring_find(wiring, "clasifier", &err), -ENOENT);
	assert_string_equal(err.text,
			    "clasifier: vf1 has no such component; did you mean classifier?");
	assert_int_equal(wiring_find(wiring, "web_rx", &err), -ENOENT);
	assert_string_equal(err.text, "web_rx: vf1 has no such component; did you mean web1_rx?");
	assert_int_equal(wiring_find(wiring, "vhost0", &err), -ENOENT);
	assert_non_null(strstr(err.text, "(a name, a core, or a type of which there is one;"));
	wiring_destroy(wiring);
}

static void
a_named_one_leaves_its_neighbour_alone(void **state)
{
	static const char both[] =
		"[{\"command\":\"component\",\"core_id\":2,\"type\":\"forward\",\"name\":\"a\","
		"\"rx_ports\":[\"vhost0\"],\"tx_ports\":[\"ring0\"]},"
		"{\"command\":\"component\",\"core_id\":2,\"type\":\"forward\",\"name\":\"b\","
		"\"rx_ports\":[\"vhost1\"],\"tx_ports\":[\"ring1\"]}]";
	struct wiring *from = empty(), *to;
	struct spp_error err = {""};
	json_t *commands;
	char *text;

	take(from, both);
	to = wiring_copy(from);
	assert_int_equal(wiring_move(to, "b", "4", &err), 0);
	commands = wiring_commands(from, to);
	text = json_dumps(commands, JSON_COMPACT);
	assert_string_equal(
		text,
		"[{\"command\":\"component\",\"core_id\":2,\"type\":\"none\",\"name\":\"b\"},"
		"{\"command\":\"component\",\"core_id\":4,\"type\":\"forward\",\"name\":\"b\","
		"\"rx_ports\":[\"vhost1\"],\"tx_ports\":[\"ring1\"]}]");
	free(text);
	json_decref(commands);
	wiring_destroy(from);
	wiring_destroy(to);
}

static void
plug_and_unplug_leave_classifier_and_merge(void **state)
{
	struct wiring_plug plug = {.vhost = {.kind = SPP_PORT_VHOST, .index = 1}, .nic = 0};
	struct wiring *wiring = empty();
	json_t *notes = json_array();
	struct spp_error err = {""};

	plug.entry.vid = SPP_VID_NONE;
	plug.entry.mac[5] = 1;
	assert_int_equal(wiring_plug(wiring, wiring, &plug, notes, &err), 0);
	assert_int_equal(wiring->model.nb_components, 4);
	assert_int_equal(wiring->model.nb_entries, 1);
	assert_int_equal(wiring->model.entries[0].port.index, 2);
	assert_int_equal(wiring_unplug(wiring, wiring, plug.vhost, notes, &err), 0);
	assert_int_equal(wiring->model.nb_components, 2);
	assert_int_equal(wiring->model.nb_entries, 0);
	assert_int_equal(json_array_size(notes), 0);
	json_decref(notes);
	wiring_destroy(wiring);
}

static void
a_plug_filters_what_its_guest_sends_unless_told_otherwise(void **state)
{
	struct wiring_plug plug = {.vhost = {.kind = SPP_PORT_VHOST, .index = 1},
				   .entry = {.vid = 101, .mac = {2, 0, 0, 0, 0, 1}},
				   .filter = SPP_FILTER_RESERVED};
	struct wiring *wiring = empty();
	json_t *notes = json_array();
	struct spp_error err = {""};

	assert_int_equal(wiring_plug(wiring, wiring, &plug, notes, &err), 0);
	assert_string_equal(on_core(wiring, 4), "forward ring2 -> vhost1-tag");
	assert_string_equal(on_core(wiring, 5), "forward vhost1+101-rsvd -> ring3");
	/* again, with or without saying so */
	plug.entry.mac[5] = 2;
	assert_int_equal(wiring_plug(wiring, wiring, &plug, notes, &err), 0);
	assert_string_equal(on_core(wiring, 5), "forward vhost1+101-rsvd -> ring3");
	plug.filter = SPP_FILTER_NONE;
	plug.filter_given = true;
	assert_int_equal(wiring_plug(wiring, wiring, &plug, notes, &err), 0);
	assert_string_equal(on_core(wiring, 5), "forward vhost1+101 -> ring3");
	assert_int_equal(json_array_size(notes), 2); /* is plugged already */
	/* one that messages plugged keeps what it has, and that is said */
	plug.filter = SPP_FILTER_RESERVED;
	plug.filter_given = false;
	assert_int_equal(wiring_plug(wiring, wiring, &plug, notes, &err), 0);
	assert_string_equal(on_core(wiring, 5), "forward vhost1+101 -> ring3");
	assert_string_equal(json_string_value(json_array_get(notes, 2)),
			    "vhost1 stays plugged with --guest-filter none");
	json_decref(notes);
	wiring_destroy(wiring);
}

static void
two_guests_are_patched_and_unpatched(void **state)
{
	const struct spp_port v0 = {.kind = SPP_PORT_VHOST, .index = 0},
			      v1 = {.kind = SPP_PORT_VHOST, .index = 1},
			      v2 = {.kind = SPP_PORT_VHOST, .index = 2},
			      ring = {.kind = SPP_PORT_RING, .index = 0};
	struct wiring *wiring = empty();
	struct spp_error err = {""};
	json_t *notes = json_array();

	assert_int_equal(wiring_patch(wiring, v0, v0, notes, &err), -EINVAL);
	assert_string_equal(err.text, "vhost0 and vhost0 are the same port (two are needed)");
	assert_int_equal(wiring_patch(wiring, v0, ring, notes, &err), -EINVAL);
	assert_string_equal(err.text, "ring0: a ring joins components, not guests (patch takes "
				      "vhostN or nicN)");
	assert_int_equal(wiring_patch(wiring, v0, v1, notes, &err), 0);
	assert_string_equal(on_core(wiring, 2), "forward vhost0 -> vhost1");
	assert_string_equal(on_core(wiring, 3), "forward vhost1 -> vhost0");
	assert_int_equal(json_array_size(notes), 0);
	/* Either way round, it is there. */
	assert_int_equal(wiring_patch(wiring, v1, v0, notes, &err), 0);
	assert_int_equal(json_array_size(notes), 1);
	assert_int_equal(wiring->model.nb_components, 2);
	assert_int_equal(wiring_patch(wiring, v2, v1, notes, &err), -EBUSY);
	assert_non_null(strstr(err.text, "vhost1 is in use by "));
	assert_non_null(strstr(err.text, "(`sppctl unpatch` it first)"));
	assert_int_equal(wiring_unpatch(wiring, v0, &v2, notes, &err), -EINVAL);
	assert_string_equal(err.text, "vhost0 is patched to vhost1 (say that one, or none)");
	assert_int_equal(wiring_unpatch(wiring, v1, NULL, notes, &err), 0);
	assert_int_equal(wiring->model.nb_components, 0);
	assert_int_equal(wiring_unpatch(wiring, v1, NULL, notes, &err), 0);
	assert_string_equal(json_string_value(json_array_get(notes, 2)),
			    "vhost1 is not patched: nothing to do");
	/* What is plugged is taken away from the NIC, and that is said. */
	assert_int_equal(plug(wiring, 0, 0, 1, &err), 0);
	assert_int_equal(wiring_unpatch(wiring, v0, NULL, notes, &err), -EINVAL);
	assert_non_null(strstr(err.text, "it is plugged (`sppctl unplug vhost0`"));
	assert_int_equal(wiring_patch(wiring, v0, v1, notes, &err), 0);
	assert_string_equal(json_string_value(json_array_get(notes, 3)),
			    "vhost0 is taken away from the NIC, and its addresses from the table");
	assert_int_equal(wiring->model.nb_entries, 0);
	json_decref(notes);
	wiring_destroy(wiring);
}

static void
a_core_that_says_too_little_is_asked_about(void **state)
{
	struct wiring *wiring = empty();
	struct spp_error err = {""};

	assert_int_equal(wiring_find(wiring, "core2", &err), -ENOENT);
	assert_string_equal(err.text, "core 2 has no component (free cores of vf1: 2 3 4 5 6)");
	assert_int_equal(wiring_find(wiring, "merge", &err), -ENOENT);
	assert_string_equal(err.text, "merge: vf1 has none");
	take(wiring,
	     "[{\"command\":\"component\",\"core_id\":2,\"type\":\"forward\",\"name\":"
	     "\"a\"},{\"command\":\"component\",\"core_id\":2,\"type\":\"forward\","
	     "\"name\":\"b\"},{\"command\":\"component\",\"core_id\":3,\"type\":\"merge\"}]");
	assert_int_equal(wiring_find(wiring, "2", &err), -EINVAL);
	assert_non_null(strstr(err.text, "say its name (\"a\", \"b\" ...)"));
	assert_int_equal(wiring_find(wiring, "forward", &err), -EINVAL);
	assert_string_equal(err.text, "forward: vf1 has several of them: say its core or name (2, "
				      "2 ...)");
	assert_int_equal(wiring_find(wiring, "core3", &err), wiring_find(wiring, "merge", &err));
	assert_int_equal(wiring_move(wiring, "merge", "9", &err), -EINVAL);
	assert_string_equal(err.text, "9: not a worker core of vf1 (its cores: 2 3 4 5 6)");
	assert_int_equal(wiring_move(wiring, "merge", "core4", &err), 0);
	assert_int_equal(wiring_find(wiring, "core3", &err), -ENOENT);
	wiring_destroy(wiring);
}

/* What no process stands behind: any core, and entries as former versions saved them. */
static void
a_file_alone_is_a_wiring(void **state)
{
	json_t *commands =
		json_loads("[{\"command\":\"component\",\"core_id\":40,\"type\":\"forward\","
			   "\"rx_ports\":[\"nic0\"],\"tx_ports\":[\"ring500\"]},"
			   "{\"command\":\"classifier_table\",\"type\":\"vlan\",\"port\":\"ring0\","
			   "\"value\":\"0/02:00:00:00:00:01\"},"
			   "{\"command\":\"classifier_table\",\"type\":\"mac\",\"port\":\"ring1\","
			   "\"value\":\"02:00:00:00:00:01\"},"
			   "{\"command\":\"classifier_table\",\"type\":\"vlan\",\"port\":\"ring2\","
			   "\"value\":\"0/02:00:00:00:00:02\"},"
			   "{\"command\":\"flush\"}]",
			   0, NULL);
	struct wiring *wiring = wiring_create();
	struct spp_error err = {""};

	assert_non_null(commands);
	if (wiring_take_file(wiring, commands, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(wiring->model.nb_components, 1);
	assert_int_equal(wiring->model.nb_entries, 2);
	for (unsigned int i = 0; i < 2; i++) {
		const struct spp_table_entry *entry = &wiring->model.entries[i];

		/* the one of VLAN id 0 gives way */
		assert_int_equal(entry->vid, SPP_VID_NONE);
		assert_int_equal(entry->port.index, entry->mac[5]);
	}
	wiring_destroy(wiring);
	/* what a process would refuse it still refuses */
	wiring = wiring_create();
	assert_int_equal(wiring_take(wiring, commands, &err), -EINVAL);
	json_decref(commands);
	wiring_destroy(wiring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plug_filters_what_its_guest_sends_unless_told_otherwise),
		cmocka_unit_test(two_guests_are_patched_and_unpatched),
		cmocka_unit_test(a_core_that_says_too_little_is_asked_about),
		cmocka_unit_test(the_difference_makes_one_of_the_other),
		cmocka_unit_test(a_dump_makes_the_same_wiring),
		cmocka_unit_test(a_named_one_leaves_its_neighbour_alone),
		cmocka_unit_test(plug_and_unplug_leave_classifier_and_merge),
		cmocka_unit_test(a_vhost_is_plugged_to_the_nic_that_is_asked_for),
		cmocka_unit_test(a_misspelt_component_has_a_nearest_one),
		cmocka_unit_test(a_file_alone_is_a_wiring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
