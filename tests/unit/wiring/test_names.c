/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The words of the protocol.
 */
#include <string.h>

#include "unit.h"

#include "wiring/names.h"

static void
expect_port(const char *text, const char *shown)
{
	char buf[SPP_PORT_TEXT_SIZE];
	struct spp_port port;

	assert_int_equal(spp_port_parse(text, &port, NULL), 0);
	assert_string_equal(spp_port_format(port, buf), shown);
}

static void
both_spellings_name_the_same_port(void **state)
{
	expect_port("nic0", "nic0");
	expect_port("phy:0", "nic0");
	expect_port("nic:31", "nic31");
	expect_port("phy:0nq0", "nic0");
	expect_port("phy:3nq1", "nic3nq1");
	expect_port("ring0", "ring0");
	expect_port("ring:511", "ring511");
	expect_port("vhost:63", "vhost63");
}

static void
what_is_no_port_is_refused_with_what_would_be_right(void **state)
{
	static const struct {
		const char *text, *error;
	} bad[] = {
		{"", "\"\" is not a port (nicN, uplinkN, ringN or vhostN)"},
		{"eth0", "\"eth0\" is not a port (nicN, uplinkN, ringN or vhostN)"},
		{"nic", "\"nic\" is not a port (nicN, uplinkN, ringN or vhostN)"},
		{"nic:", "\"nic:\" is not a port (nicN, uplinkN, ringN or vhostN)"},
		{"nic0 ", "\"nic0 \" is not a port (nicN, uplinkN, ringN or vhostN)"},
		{"nic-1", "\"nic-1\" is not a port (nicN, uplinkN, ringN or vhostN)"},
		{"ring0nq1", "\"ring0nq1\" is not a port (nicN, uplinkN, ringN or vhostN)"},
		{"vhost9999999999",
		 "\"vhost9999999999\" is not a port (nicN, uplinkN, ringN or vhostN)"},
		{"nic32", "\"nic32\" is out of range (nic0 to nic31)"},
		{"ring512", "\"ring512\" is out of range (ring0 to ring511)"},
		{"vhost:64", "\"vhost:64\" is out of range (vhost0 to vhost63)"},
		{"nic0nq16", "\"nic0nq16\": queue is out of range (nq0 to nq15)"},
	};
	struct spp_error err;
	struct spp_port port;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(spp_port_parse(bad[i].text, &port, &err) < 0);
		assert_string_equal(err.text, bad[i].error);
	}
}

static void
port_ids_are_dense_and_reversible(void **state)
{
	unsigned int id;

	for (id = 0; id < SPP_PORT_ID_MAX; id++)
		assert_int_equal(spp_port_id(spp_port_from_id(id)), id);
}

static void
types_have_two_words_and_show_the_first(void **state)
{
	enum spp_component_type type;

	assert_int_equal(spp_type_parse("classifier_mac", &type, NULL), 0);
	assert_string_equal(spp_type_name(type), "classifier");
	assert_int_equal(spp_type_parse("merger", &type, NULL), 0);
	assert_string_equal(spp_type_name(type), "merge");
	assert_int_equal(spp_type_parse("forwarder", &type, NULL), 0);
	assert_string_equal(spp_type_name(type), "forward");
	assert_true(spp_type_parse("none", &type, NULL) < 0);
	assert_true(spp_word_is_none("none") && spp_word_is_none("unuse"));
}

static void
expect_entry(enum spp_table_kind kind, const char *text, const char *shown)
{
	char buf[SPP_TABLE_TEXT_SIZE];
	struct spp_table_entry entry;

	assert_int_equal(spp_table_value_parse(kind, text, &entry, NULL), 0);
	assert_string_equal(spp_table_value_format(&entry, buf), shown);
}

static void
table_values_are_macs_default_or_vid_and_mac(void **state)
{
	expect_entry(SPP_TABLE_MAC, "fa:16:3e:7d:cc:35", "FA:16:3E:7D:CC:35");
	expect_entry(SPP_TABLE_MAC, "default", "default");
	expect_entry(SPP_TABLE_VLAN, "475/fa:16:3e:7d:cc:36", "475/FA:16:3E:7D:CC:36");
	expect_entry(SPP_TABLE_VLAN, "1/default", "1/default");
	expect_entry(SPP_TABLE_VLAN, "4094/00:00:00:00:00:01", "4094/00:00:00:00:00:01");
}

static void
bad_table_values_are_refused(void **state)
{
	static const char *const macs[] = {
		"",
		"00:11:22:33:44",
		"00:11:22:33:44:5",
		"00:11:22:33:44:555",
		"00-11-22-33-44-55",
		"00:11:22:33:44:5g",
		"00:11:22:33:44:55 ",
		"01:00:5e:00:00:01",
		"ff:ff:ff:ff:ff:ff",
		"Default",
	};
	static const char *const vlans[] = {
		"00:11:22:33:44:55",  "4095/00:11:22:33:44:55",
		"/00:11:22:33:44:55", "1/",
		"-1/default",         "1 default",
		"0/default",          "0/00:11:22:33:44:55",
	};
	struct spp_table_entry entry;
	size_t i;

	for (i = 0; i < sizeof(macs) / sizeof(macs[0]); i++)
		assert_true(spp_table_value_parse(SPP_TABLE_MAC, macs[i], &entry, NULL) < 0);
	for (i = 0; i < sizeof(vlans) / sizeof(vlans[0]); i++)
		assert_true(spp_table_value_parse(SPP_TABLE_VLAN, vlans[i], &entry, NULL) < 0);
}

/* IEEE 802.1Q, table 9-2 */
static void
vlan_id_0_is_refused_with_the_reason_and_read_as_untagged_where_it_was_saved(void **state)
{
	struct spp_table_entry entry;
	struct spp_error err = {""};

	assert_int_equal(spp_table_value_parse(SPP_TABLE_VLAN, "0/default", &entry, &err), -ERANGE);
	assert_non_null(strstr(err.text, "\"0/default\": VLAN id 0 is a priority and no VLAN"));
	expect_entry(SPP_TABLE_SAVED, "0/00:11:22:33:44:55", "00:11:22:33:44:55");
	expect_entry(SPP_TABLE_SAVED, "00/default", "default");
	expect_entry(SPP_TABLE_SAVED, "1/default", "1/default");
	assert_true(spp_table_value_parse(SPP_TABLE_SAVED, "4095/default", &entry, NULL) < 0);
	assert_int_equal(spp_vid_check(0, NULL), -ERANGE);
	assert_int_equal(spp_vid_check(1, NULL), 0);
	assert_int_equal(spp_vid_check(4094, NULL), 0);
	assert_int_equal(spp_vid_check(4095, NULL), -ERANGE);
}

static void
names_are_one_printable_word_of_64_characters(void **state)
{
	char name[201];

	memset(name, 'x', 200);
	name[200] = '\0';
	assert_true(spp_name_check(name, NULL) < 0);
	name[65] = '\0';
	assert_true(spp_name_check(name, NULL) < 0);
	name[64] = '\0';
	assert_int_equal(spp_name_check(name, NULL), 0);
	assert_int_equal(spp_name_check("fwd_0-tx.a:b", NULL), 0);
	assert_true(spp_name_check("", NULL) < 0);
	assert_true(spp_name_check("a b", NULL) < 0);
	assert_true(spp_name_check("a{b", NULL) < 0);
	assert_true(spp_name_check("\xc3\xa4", NULL) < 0);
}

static void
numbers_are_digits_within_the_range(void **state)
{
	unsigned int n = 7;

	assert_int_equal(spp_number_parse("0", 5, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(spp_number_parse("5", 5, &n), 0);
	assert_int_equal(spp_number_parse("6", 5, &n), -ERANGE);
	assert_int_equal(spp_number_parse("", 5, &n), -EINVAL);
	assert_int_equal(spp_number_parse("-1", 5, &n), -EINVAL);
	assert_int_equal(spp_number_parse("1x", 5, &n), -EINVAL);
	assert_int_equal(spp_number_parse("99999999999999999999", 5, &n), -EINVAL);
	assert_int_equal(n, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_spellings_name_the_same_port),
		cmocka_unit_test(what_is_no_port_is_refused_with_what_would_be_right),
		cmocka_unit_test(port_ids_are_dense_and_reversible),
		cmocka_unit_test(types_have_two_words_and_show_the_first),
		cmocka_unit_test(table_values_are_macs_default_or_vid_and_mac),
		cmocka_unit_test(bad_table_values_are_refused),
		cmocka_unit_test(
			vlan_id_0_is_refused_with_the_reason_and_read_as_untagged_where_it_was_saved),
		cmocka_unit_test(names_are_one_printable_word_of_64_characters),
		cmocka_unit_test(numbers_are_digits_within_the_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
