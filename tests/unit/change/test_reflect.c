/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which wirings send packets back to where they came from, and what is said of them.
 */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include <jansson.h>

#include "build_model.h"
#include "change/reflect.h"
#include "wiring/names.h"

/* "default ring0": an entry. */
static void
lead(struct wiring *wiring, const char *text)
{
	struct spp_table_entry *entry = &wiring->model.entries[wiring->model.nb_entries++];
	enum spp_table_kind kind = strchr(text, '/') != NULL ? SPP_TABLE_VLAN : SPP_TABLE_MAC;
	char value[64];

	snprintf(value, sizeof(value), "%.*s", (int)strcspn(text, " "), text);
	assert_int_equal(spp_table_value_parse(kind, value, entry, NULL), 0);
	assert_int_equal(spp_port_parse(strchr(text, ' ') + 1, &entry->port, NULL), 0);
}

static const struct sample {
	const char *components[8], *entries[4];
	const char *notes[2]; /* how each warning goes on behind "warning: " */
} samples[] = {
	/* the founding scenario */
	{{"2 classifier nic0 > ring0 ring2", "3 merge ring1 ring3 > nic0",
	  "4 forward ring0 > vhost0", "5 forward vhost0 > ring1"},
	 {"02:00:00:00:00:01 ring0", "02:00:00:00:00:02 ring2", "default ring2"},
	 {NULL}},
	/* in and out by one NIC, at once */
	{{"2 classifier nic0 > vhost0 nic0"},
	 {"02:00:00:00:00:01 vhost0", "default nic0"},
	 {"classifier on core 2 sends unknown unicast and multicast back to where it came from "
	  "(nic0): "}},
	/* no entry leads there: nothing goes there */
	{{"2 classifier nic0 > vhost0 nic0"}, {"02:00:00:00:00:01 vhost0"}, {NULL}},
	/* an entry for an address of the wire takes multicast along */
	{{"2 classifier nic0 > vhost0 nic0"},
	 {"02:00:00:00:00:01 vhost0", "02:00:00:00:00:09 nic0"},
	 {"classifier on core 2 sends multicast back to where it came from (nic0): "}},
	/* what one would try so that guests reach each other */
	{{"all@2 merge nic0 vhost0 vhost1 > ring0", "3 classifier ring0 > ring1 ring2 nic0",
	  "4 forward ring1 > vhost0", "5 forward ring2 > vhost1"},
	 {"02:00:00:00:00:01 ring1", "02:00:00:00:00:02 ring2", "default nic0"},
	 {"classifier on core 3 sends unknown unicast and multicast back to where it came from "
	  "(nic0 vhost0 vhost1): "}},
	/* by rings, and one classifier behind the other */
	{{"a@2 classifier nic0 > ring0", "b@3 classifier ring0 > ring1 vhost0",
	  "4 forward ring1 > nic0"},
	 {"7/default ring0", "7/02:00:00:00:00:01 ring1", "default vhost0"},
	 {"classifier \"a\" sends multicast back to where it came from (nic0): ",
	  "classifier \"b\" sends multicast back to where it came from (nic0): "}},
	/* two NICs: through, and not back */
	{{"2 classifier nic0 > ring0", "3 forward ring0 > nic1", "4 forward nic1 > nic0"},
	 {"default ring0"},
	 {NULL}},
	/* no classifier: a wire */
	{{"2 forward nic0 > ring0", "3 forward ring0 > nic0"}, {NULL}, {NULL}},
	/* a switch sends nothing back; with rings around it one must say which belong together */
	{{"2 switch nic0 vhost0 > nic0 vhost0"},
	 {"02:00:00:00:00:01 vhost0", "default nic0"},
	 {NULL}},
	{{"2 switch nic0 ring1 > nic0 ring0", "3 forward ring0 > vhost0",
	  "4 forward vhost0 > ring1"},
	 {"02:00:00:00:00:01 ring0", "default nic0"},
	 {"switch on core 2 sends multicast that comes by ring1 back to where it came from "
	  "(vhost0): "}},
	/* half a wiring */
	{{"2 classifier > nic0", "3 classifier nic1 >"}, {"default nic0"}, {NULL}},
};

static void
what_comes_back_is_named(void **state)
{
	struct wiring *wiring;
	json_t *notes;
	size_t i, j;

	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *sample = &samples[i];

		wiring = wiring_create();
		notes = json_array();
		for (j = 0; sample->components[j] != NULL; j++)
			add(&wiring->model, sample->components[j]);
		for (j = 0; j < 4 && sample->entries[j] != NULL; j++)
			lead(wiring, sample->entries[j]);
		wiring_note_reflections(wiring, notes);
		for (j = 0; j < 2 && sample->notes[j] != NULL; j++) {
			const char *note = json_string_value(json_array_get(notes, j));

			if (note == NULL || strncmp(note, "warning: ", 9) != 0 ||
			    strncmp(note + 9, sample->notes[j], strlen(sample->notes[j])) != 0)
				fail_msg("wiring %zu: \"%s\"", i, note);
		}
		if (json_array_size(notes) != j)
			fail_msg("wiring %zu: %zu warnings", i, json_array_size(notes));
		json_decref(notes);
		wiring_destroy(wiring);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_comes_back_is_named)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
