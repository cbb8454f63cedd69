/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The staged classifier table and its index.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unit.h"

#include "wiring/table.h"

struct table {
	struct spp_table_index index;
	struct spp_model model;
};

static int
set_up(void **state)
{
	*state = calloc(1, sizeof(struct table));
	return *state == NULL;
}

static int
tear_down(void **state)
{
	free(*state);
	return 0;
}

static struct spp_table_entry
entry(unsigned int mac, unsigned int ring)
{
	struct spp_table_entry e = {.vid = SPP_VID_NONE,
				    .port = {.kind = SPP_PORT_RING, .index = (uint16_t)ring}};

	e.mac[3] = (uint8_t)(mac >> 16);
	e.mac[4] = (uint8_t)(mac >> 8);
	e.mac[5] = (uint8_t)mac;
	return e;
}

static int
put(struct table *t, unsigned int mac, unsigned int ring, struct spp_error *err)
{
	struct spp_table_entry e = entry(mac, ring);

	return spp_table_add(&t->index, &t->model, &e, err);
}

static void
take(struct table *t, unsigned int mac)
{
	struct spp_table_entry e = entry(mac, 0);

	spp_table_remove(&t->index, &t->model, &e);
}

static void
the_same_again_is_success_and_another_port_is_not(void **state)
{
	struct table *t = *state;
	struct spp_error err;

	assert_int_equal(put(t, 1, 0, &err), 0);
	assert_int_equal(put(t, 1, 0, &err), 0);
	assert_int_equal(t->model.nb_entries, 1);
	assert_int_equal(put(t, 1, 2, &err), -EEXIST);
	assert_string_equal(err.text, "\"00:00:00:00:00:01\" already leads to ring0 (remove it "
				      "first)");
	take(t, 1);
	assert_int_equal(put(t, 1, 2, &err), 0);
}

static void
removing_what_is_not_there_is_fine(void **state)
{
	struct table *t = *state;

	take(t, 1);
	assert_int_equal(t->model.nb_entries, 0);
}

static void
the_default_and_each_vid_are_keys_of_their_own(void **state)
{
	struct table *t = *state;
	struct spp_table_entry e = entry(0, 0);

	e.is_default = true;
	assert_int_equal(spp_table_add(&t->index, &t->model, &e, NULL), 0);
	e.vid = 100;
	e.port.index = 1;
	assert_int_equal(spp_table_add(&t->index, &t->model, &e, NULL), 0);
	assert_int_equal(put(t, 0, 2, NULL), 0);
	assert_int_equal(t->model.nb_entries, 3);
	spp_table_remove(&t->index, &t->model, &e);
	assert_int_equal(t->model.nb_entries, 2);
}

static void
the_table_holds_16384_entries(void **state)
{
	struct table *t = *state;
	struct spp_error err;
	unsigned int i;

	for (i = 0; i < SPP_TABLE_MAX; i++)
		assert_int_equal(put(t, i, 0, &err), 0);
	assert_int_equal(put(t, i, 0, &err), -ENOSPC);
	assert_int_equal(put(t, 5, 0, &err), 0);
	take(t, 5);
	assert_int_equal(put(t, i, 0, &err), 0);
}

static void
a_full_table_is_replaced_in_well_under_a_second(void **state)
{
	struct table *t = *state;
	clock_t start;
	unsigned int i;

	for (i = 0; i < SPP_TABLE_MAX; i++)
		put(t, i, 0, NULL);
	start = clock();
	for (i = 0; i < SPP_TABLE_MAX; i++) {
		take(t, i);
		assert_int_equal(put(t, i, 1, NULL), 0);
	}
	assert_true(clock() - start < CLOCKS_PER_SEC / 4);
}

/** Against a table that is nothing but an array of flags. */
static void
random_changes_leave_what_a_plain_table_would_hold(void **state)
{
	struct table *t = *state;
	uint16_t rings[512] = {0};
	unsigned int i, k, mac, ring;

	srand(1);
	for (i = 0; i < 200000; i++) {
		mac = (unsigned int)rand() % 512;
		ring = 1 + (unsigned int)rand() % 3;
		if (rand() % 2 == 0) {
			take(t, mac);
			rings[mac] = 0;
		} else if (put(t, mac, ring, NULL) == 0) {
			assert_true(rings[mac] == 0 || rings[mac] == ring);
			rings[mac] = (uint16_t)ring;
		} else {
			assert_true(rings[mac] != 0 && rings[mac] != ring);
		}
		if (i % 1000 == 0)
			spp_table_forget(&t->index);
	}
	for (i = 0, k = 0; i < 512; i++)
		k += rings[i] != 0;
	assert_int_equal(t->model.nb_entries, k);
	for (i = 0; i < t->model.nb_entries; i++) {
		mac = t->model.entries[i].mac[4] * 256u + t->model.entries[i].mac[5];
		assert_int_equal(t->model.entries[i].port.index, rings[mac]);
	}
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(the_same_again_is_success_and_another_port_is_not),
		UNIT(removing_what_is_not_there_is_fine),
		UNIT(the_default_and_each_vid_are_keys_of_their_own),
		UNIT(the_table_holds_16384_entries),
		UNIT(a_full_table_is_replaced_in_well_under_a_second),
		UNIT(random_changes_leave_what_a_plain_table_would_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
