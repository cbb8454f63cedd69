/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The classifier's lookup table: exact entries, catch-alls, multicast groups.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "packet/mac_table.h"

static struct spp_table_entry entries[SPP_TABLE_MAX];

static struct spp_port
ring(unsigned int index)
{
	return (struct spp_port){.kind = SPP_PORT_RING, .index = (uint16_t)index};
}

static struct spp_table_entry
entry(unsigned int mac, uint16_t vid, unsigned int ring_index)
{
	struct spp_table_entry e = {.vid = vid, .port = ring(ring_index)};

	e.mac[0] = 2;
	e.mac[3] = (uint8_t)(mac >> 16);
	e.mac[4] = (uint8_t)(mac >> 8);
	e.mac[5] = (uint8_t)mac;
	return e;
}

static struct spp_table_entry
catch_all(uint16_t vid, unsigned int ring_index)
{
	return (struct spp_table_entry){.vid = vid, .is_default = true, .port = ring(ring_index)};
}

static uint16_t
look_up(const struct spp_mac_table *table, unsigned int mac, uint16_t vid)
{
	uint64_t key = spp_mac_table_key(entry(mac, 0, 0).mac, vid);

	return spp_mac_table_lookup(table, key, spp_mac_table_first(table, key));
}

static uint16_t
id(unsigned int ring_index)
{
	return (uint16_t)spp_port_id(ring(ring_index));
}

static unsigned int
group_size(const struct spp_mac_table *table, uint16_t vid)
{
	const struct spp_port_set *group = spp_mac_table_group(table, vid);
	unsigned int port, nb = 0;

	for (port = 0; port < SPP_PORT_ID_MAX; port++)
		nb += spp_port_set_has(group, port) != 0;
	return nb;
}

static void
an_empty_table_knows_nothing(void **state)
{
	struct spp_mac_table *table = spp_mac_table_create(NULL, 0);

	assert_non_null(table);
	assert_int_equal(look_up(table, 1, SPP_VID_NONE), SPP_MAC_TABLE_NONE);
	assert_int_equal(look_up(table, 1, 7), SPP_MAC_TABLE_NONE);
	assert_int_equal(group_size(table, SPP_VID_NONE), 0);
	assert_int_equal(group_size(table, 4094), 0);
	spp_mac_table_destroy(table);
	spp_mac_table_destroy(NULL);
}

static void
a_mac_leads_to_its_port_and_others_nowhere(void **state)
{
	struct spp_table_entry some[] = {entry(1, SPP_VID_NONE, 3), entry(2, SPP_VID_NONE, 511),
					 entry(3, SPP_VID_NONE, 3)};
	struct spp_mac_table *table = spp_mac_table_create(some, 3);

	assert_int_equal(look_up(table, 1, SPP_VID_NONE), id(3));
	assert_int_equal(look_up(table, 2, SPP_VID_NONE), id(511));
	assert_int_equal(look_up(table, 3, SPP_VID_NONE), id(3));
	assert_int_equal(look_up(table, 4, SPP_VID_NONE), SPP_MAC_TABLE_NONE);
	spp_mac_table_destroy(table);
}

static void
the_same_mac_in_two_vlans_has_two_ports(void **state)
{
	struct spp_table_entry some[] = {entry(1, SPP_VID_NONE, 0), entry(1, 0, 1),
					 entry(1, 4094, 2)};
	struct spp_mac_table *table = spp_mac_table_create(some, 3);

	assert_int_equal(look_up(table, 1, SPP_VID_NONE), id(0));
	assert_int_equal(look_up(table, 1, 0), id(1));
	assert_int_equal(look_up(table, 1, 4094), id(2));
	assert_int_equal(look_up(table, 1, 5), SPP_MAC_TABLE_NONE);
	spp_mac_table_destroy(table);
}

static void
the_catch_all_of_a_vlan_comes_before_the_one_of_all(void **state)
{
	struct spp_table_entry some[] = {catch_all(SPP_VID_NONE, 0), catch_all(10, 1),
					 entry(1, 10, 2)};
	struct spp_mac_table *table = spp_mac_table_create(some, 3);

	assert_int_equal(look_up(table, 1, 10), id(2));
	assert_int_equal(look_up(table, 9, 10), id(1));
	assert_int_equal(look_up(table, 9, 11), id(0));
	assert_int_equal(look_up(table, 9, SPP_VID_NONE), id(0));
	/* out of range: as untagged */
	assert_int_equal(look_up(table, 9, SPP_MAC_TABLE_VIDS), id(0));
	spp_mac_table_destroy(table);
}

static void
a_vlan_without_a_catch_all_has_none_when_there_is_no_other(void **state)
{
	struct spp_table_entry some[] = {catch_all(10, 1)};
	struct spp_mac_table *table = spp_mac_table_create(some, 1);

	assert_int_equal(look_up(table, 9, 10), id(1));
	assert_int_equal(look_up(table, 9, 11), SPP_MAC_TABLE_NONE);
	assert_int_equal(look_up(table, 9, SPP_VID_NONE), SPP_MAC_TABLE_NONE);
	spp_mac_table_destroy(table);
}

static void
a_group_holds_each_port_with_an_entry_once(void **state)
{
	struct spp_table_entry some[] = {entry(1, SPP_VID_NONE, 0),
					 entry(2, SPP_VID_NONE, 0),
					 entry(3, SPP_VID_NONE, 64),
					 catch_all(SPP_VID_NONE, 2),
					 entry(4, 7, 9),
					 entry(5, 8, 10)};
	struct spp_mac_table *table = spp_mac_table_create(some, 6);

	assert_int_equal(group_size(table, SPP_VID_NONE), 3);
	assert_true(spp_port_set_has(spp_mac_table_group(table, SPP_VID_NONE), id(64)));
	assert_int_equal(group_size(table, 7), 1);
	assert_true(spp_port_set_has(spp_mac_table_group(table, 7), id(9)));
	assert_true(spp_port_set_has(spp_mac_table_group(table, 8), id(10)));
	spp_mac_table_destroy(table);
}

static void
a_full_table_finds_every_entry_and_no_other(void **state)
{
	struct spp_mac_table *table;
	unsigned int i;

	for (i = 0; i < SPP_TABLE_MAX; i++)
		entries[i] = entry(i, SPP_VID_NONE, i % SPP_RING_MAX);
	table = spp_mac_table_create(entries, SPP_TABLE_MAX);
	for (i = 0; i < SPP_TABLE_MAX; i++)
		assert_int_equal(look_up(table, i, SPP_VID_NONE), id(i % SPP_RING_MAX));
	for (; i < 2 * SPP_TABLE_MAX; i++)
		assert_int_equal(look_up(table, i, SPP_VID_NONE), SPP_MAC_TABLE_NONE);
	assert_int_equal(group_size(table, SPP_VID_NONE), SPP_RING_MAX);
	spp_mac_table_destroy(table);
}

static void
a_full_table_over_all_vlans_has_a_group_each(void **state)
{
	struct spp_mac_table *table;
	unsigned int i;

	for (i = 0; i < SPP_TABLE_MAX; i++)
		entries[i] = entry(i, (uint16_t)(i % 4095), i % SPP_RING_MAX);
	table = spp_mac_table_create(entries, SPP_TABLE_MAX);
	for (i = 0; i < SPP_TABLE_MAX; i++) {
		assert_int_equal(look_up(table, i, (uint16_t)(i % 4095)), id(i % SPP_RING_MAX));
		assert_true(spp_port_set_has(spp_mac_table_group(table, (uint16_t)(i % 4095)),
					     id(i % SPP_RING_MAX)));
	}
	spp_mac_table_destroy(table);
}

/* One catch-all and one MAC in every VLAN there is. */
static void
every_vlan_may_have_its_own_catch_all(void **state)
{
	struct spp_mac_table *table;
	unsigned int vid;

	for (vid = 0; vid < 4095; vid++)
		entries[vid] = catch_all((uint16_t)vid, vid % SPP_RING_MAX);
	table = spp_mac_table_create(entries, 4095);
	for (vid = 0; vid < 4095; vid++)
		assert_int_equal(look_up(table, 1, (uint16_t)vid), id(vid % SPP_RING_MAX));
	assert_int_equal(look_up(table, 1, SPP_VID_NONE), SPP_MAC_TABLE_NONE);
	spp_mac_table_destroy(table);
}

static void
the_all_ones_mac_does_not_upset_the_search(void **state)
{
	struct spp_table_entry some[] = {entry(1, SPP_VID_NONE, 0), entry(2, SPP_VID_NONE, 1)};
	struct spp_mac_table *table;

	memset(some[0].mac, 0xff, 6);
	table = spp_mac_table_create(some, 2);
	assert_int_equal(look_up(table, 2, SPP_VID_NONE), id(1));
	assert_int_equal(look_up(table, 3, SPP_VID_NONE), SPP_MAC_TABLE_NONE);
	spp_mac_table_destroy(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_table_knows_nothing),
		cmocka_unit_test(a_mac_leads_to_its_port_and_others_nowhere),
		cmocka_unit_test(the_same_mac_in_two_vlans_has_two_ports),
		cmocka_unit_test(the_catch_all_of_a_vlan_comes_before_the_one_of_all),
		cmocka_unit_test(a_vlan_without_a_catch_all_has_none_when_there_is_no_other),
		cmocka_unit_test(a_group_holds_each_port_with_an_entry_once),
		cmocka_unit_test(a_full_table_finds_every_entry_and_no_other),
		cmocka_unit_test(a_full_table_over_all_vlans_has_a_group_each),
		cmocka_unit_test(every_vlan_may_have_its_own_catch_all),
		cmocka_unit_test(the_all_ones_mac_does_not_upset_the_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
