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

#include "wiring.h"

#define NB_CORES 5
#define ROUNDS   2000

static struct wiring *
empty(void)
{
	struct wiring *wiring = wiring_create();

	assert_non_null(wiring);
	wiring->inventory.process_id = 1;
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
		char text[256];
		int core = 2 + rand_r(seed) % NB_CORES, port = rand_r(seed) % 6;

		if (rand_r(seed) % 3 == 0)
			snprintf(text, sizeof(text),
				 "[{\"command\":\"classifier_table\",\"type\":\"mac\",\"value\":"
				 "\"02:00:00:00:00:0%d\",\"port\":\"ring%d\"}]",
				 port, rand_r(seed) % 4);
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
	assert_int_equal(wiring_plug(wiring, &plug, notes, &err), 0);
	assert_int_equal(wiring->model.nb_components, 4);
	assert_int_equal(wiring->model.nb_entries, 1);
	assert_int_equal(wiring->model.entries[0].port.index, 2);
	assert_int_equal(wiring_unplug(wiring, plug.vhost, notes, &err), 0);
	assert_int_equal(wiring->model.nb_components, 2);
	assert_int_equal(wiring->model.nb_entries, 0);
	assert_int_equal(json_array_size(notes), 0);
	json_decref(notes);
	wiring_destroy(wiring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_difference_makes_one_of_the_other),
		cmocka_unit_test(a_dump_makes_the_same_wiring),
		cmocka_unit_test(a_named_one_leaves_its_neighbour_alone),
		cmocka_unit_test(plug_and_unplug_leave_classifier_and_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
