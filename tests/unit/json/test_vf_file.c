/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The configuration file of spp_vf: good ones, and what is said about bad ones.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

#include "spp/control.h"

static char path[] = "/tmp/spp-test-vf-XXXXXX";

static int
set_up(void **state)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int
tear_down(void **state)
{
	return unlink(path);
}

static int
load(const char *text, struct spp_vf_file *out, struct spp_error *err)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, strlen(text), stream), strlen(text));
	fclose(stream);
	err->text[0] = '\0';
	return spp_vf_file_load(path, out, err);
}

static void
the_founding_documents_configuration_is_read(void **state)
{
	struct spp_vf_file vf;
	struct spp_error err;

	assert_int_equal(load("{ \"vfs\": [ { \"name\": \"vf1\", \"num_vhost\": 2, \"num_ring\": 4 "
			      "} ] }",
			      &vf, &err),
			 0);
	assert_string_equal(vf.name, "vf1");
	assert_int_equal(vf.num_vhost, 2);
	assert_int_equal(vf.num_ring, 4);
	assert_int_equal(vf.nic, -1);
	assert_int_equal(vf.first_vhost, 0);
	assert_string_equal(vf.vhost_path, "/tmp/sock%u");
	assert_string_equal(vf.vhost_mode, "");
	assert_string_equal(vf.vhost_owner, "");
	assert_int_equal(vf.guest_filter, SPP_FILTER_NONE);
	assert_true(vf.trusted == 0);
}

static void
every_member_is_read_and_numbers_may_be_strings(void **state)
{
	struct spp_vf_file vf;
	struct spp_error err;

	assert_int_equal(load("{\"vfs\":[{\"name\":\"vf2\",\"num_vhost\":\"2\",\"num_ring\":\"4\","
			      "\"nic\":1,\"first_vhost\":\"2\",\"vhost_path\":\"/run/v/sock%u.s\","
			      "\"vhost_mode\":\"client\",\"vhost_owner\":\"libvirt-qemu\","
			      "\"vhost_group\":\"kvm\",\"guest_filter\":\"reserved\","
			      "\"guest\":[\"trusted\",\"vhost3=untrusted\"],"
			      "\"uplinks\":[\"nic2,nic3\",\"uplink1=nic4,nic5,revert\"]}]}",
			      &vf, &err),
			 0);
	assert_int_equal(vf.num_vhost, 2);
	assert_int_equal(vf.nic, 1);
	assert_int_equal(vf.first_vhost, 2);
	assert_string_equal(vf.vhost_path, "/run/v/sock%u.s");
	assert_string_equal(vf.vhost_mode, "client");
	assert_string_equal(vf.vhost_owner, "libvirt-qemu");
	assert_string_equal(vf.vhost_group, "kvm");
	assert_int_equal(vf.guest_filter, SPP_FILTER_RESERVED);
	assert_true(vf.trusted == ~(UINT64_C(1) << 3));
	assert_int_equal(vf.uplink[0].nic[1], 3);
	assert_true(vf.uplink[1].there && vf.uplink[1].revert);
	assert_false(vf.uplink[2].there);
}

static void
owner_and_group_may_be_numbers(void **state)
{
	struct spp_error err;
	struct spp_vf_file vf;

	(void)state;
	assert_int_equal(load("{\"vfs\":[{\"name\":\"vf1\",\"num_vhost\":0,\"num_ring\":0,"
			      "\"vhost_owner\":42424,\"vhost_group\":\"4294967294\"}]}",
			      &vf, &err),
			 0);
	assert_string_equal(vf.vhost_owner, "42424");
	assert_string_equal(vf.vhost_group, "4294967294");
}

#define VF(members) "{\"vfs\":[{\"name\":\"vf1\",\"num_vhost\":2,\"num_ring\":4," members "}]}"

/** What is in the file, and how the error goes on after the path and ": ". */
static const struct {
	const char *text, *error;
} bad[] = {
	{"", "line 1, column 0: "},
	{"{", "line 1, column 1: "},
	{"{\n \"vfs\": [ }\n", "line 2, column "},
	{"{\n  \"vfs\": [\n    {\n      \"name\": \"vf1\",\n      \"num_vhost\": 2, // two\n",
	 "line 5: a comment (JSON has none: remove it)"},
	{"{ /* x */ \"vfs\": [] }", "line 1: a comment"},
	{"# vf1\n{ \"vfs\": [] }", "line 1: a comment"},
	{"{\"vfs\": \"//\" ]", "line 1, column "},
	{"[]", "is not {\"vfs\": [{...}]}"},
	{"{}", "\"vfs\" is not an array of exactly one object (one file per spp_vf)"},
	{"{\"vfs\":[]}", "\"vfs\" is not an array of exactly one object"},
	{"{\"vfs\":[{},{}]}", "\"vfs\" is not an array of exactly one object"},
	{"{\"vfs\":[1]}", "\"vfs\" is not an array of exactly one object"},
	{"{\"vfs\":[{}],\"vf\":1}", "vf is not a known member"},
	{"{\"vfs\":[{}],\"vfs\":[]}", "line 1, column "},
	{"{\"vfs\":[{}]}", "vfs[0].name is missing (as \"vf1\")"},
	{"{\"vfs\":[{\"name\":1}]}", "vfs[0].name is not a string with text"},
	{"{\"vfs\":[{\"name\":\"\"}]}", "vfs[0].name is not a string with text"},
	{"{\"vfs\":[{\"name\":\"a b\"}]}", "vfs[0].name: \"a b\" is not a name"},
	{"{\"vfs\":[{\"name\":\"vf1\"}]}", "vfs[0].num_vhost is missing (0 to 64)"},
	{"{\"vfs\":[{\"name\":\"vf1\",\"num_vhost\":2}]}", "vfs[0].num_ring is missing (0 to 512)"},
	{"{\"vfs\":[{\"name\":\"vf1\",\"num_vhost\":65}]}", "vfs[0].num_vhost is \"65\" (0 to 64)"},
	{"{\"vfs\":[{\"name\":\"vf1\",\"num_vhost\":-1}]}", "vfs[0].num_vhost is \"-1\" (0 to 64)"},
	{"{\"vfs\":[{\"name\":\"vf1\",\"num_vhost\":[]}]}", "vfs[0].num_vhost is not a number"},
	{"{\"vfs\":[{\"name\":\"vf1\",\"num_vhost\":\"two\"}]}",
	 "vfs[0].num_vhost is \"two\" (0 to 64)"},
	{VF("\"functions\":[]"), "vfs[0].functions is of the older format (components are dynamic "
				 "now: leave it out, send them as messages)"},
	{VF("\"num_vhosts\":1"), "vfs[0].num_vhosts is not a known member"},
	{VF("\"nic\":32"), "vfs[0].nic is \"32\" (0 to 31)"},
	{VF("\"first_vhost\":63"), "vhosts 63 to 64 are asked for (there are 0 to 63)"},
	{VF("\"vhost_path\":\"/tmp/sock\""), "vfs[0].vhost_path is \"/tmp/sock\" (exactly one %u "
					     "for the number, and no other %)"},
	{VF("\"vhost_path\":\"/tmp/%u%u\""), "vfs[0].vhost_path is \"/tmp/%u%u\" (exactly one"},
	{VF("\"vhost_path\":\"/tmp/%s\""), "vfs[0].vhost_path is \"/tmp/%s\" (exactly one"},
	{VF("\"vhost_path\":\"/tmp/%u%%\""), "vfs[0].vhost_path is \"/tmp/%u%%\" (exactly one"},
	{VF("\"vhost_mode\":\"both-ways\""),
	 "vfs[0].vhost_mode is \"both-ways\" (\"server\" or \"client\")"},
	{VF("\"vhost_owner\":\"a23456789012345678901234567890123\""),
	 "vfs[0].vhost_owner has 33 characters (at most 32)"},
	{VF("\"guest_filter\":\"all\""),
	 "vfs[0].guest_filter is \"all\" (\"reserved\" or \"none\")"},
	{VF("\"guest\":\"hostile\""), "vfs[0].guest is hostile: must be trusted or untrusted"},
	{VF("\"guest\":true"), "vfs[0].guest is not \"trusted\" or \"untrusted\", nor an array"},
	{VF("\"guest\":[1]"), "vfs[0].guest[0] is not a string (as \"vhost0=trusted\")"},
	{VF("\"guest\":[\"trusted\",\"vhost64=trusted\"]"),
	 "vfs[0].guest[1] is vhost64=trusted: must be vhost0 to vhost63"},
	{VF("\"guest\":[\"vhost1\"]"), "vfs[0].guest[0] is vhost1: must be vhost0 to vhost63"},
	{VF("\"uplinks\":\"nic0,nic1\""), "vfs[0].uplinks is not an array (as [\"nic0,nic1\"])"},
	{VF("\"uplinks\":[\"nic0,nic1\",2]"),
	 "vfs[0].uplinks[1] is not a string (as \"nic0,nic1\")"},
	{VF("\"uplinks\":[\"nic0,nic0\"]"),
	 "vfs[0].uplinks[0]: uplink \"nic0,nic0\": needs two NICs "
	 "([uplinkN=]nicA,nicB[,primary=nicA|nicB][,revert])"},
	{VF("\"guest_filter\":true"), "vfs[0].guest_filter is \"\" (\"reserved\" or \"none\")"},
	{VF("\"vhost_owner\":true"),
	 "vfs[0].vhost_owner is not a name or number (as chown(1) takes them)"},
	{VF("\"vhost_owner\":\"\""),
	 "vfs[0].vhost_owner is not a name or number (as chown(1) takes them)"},
	{VF("\"vhost_owner\":-1"),
	 "vfs[0].vhost_owner is -1 (a name, or a number from 0 to 4294967294)"},
	{VF("\"vhost_group\":4294967295"),
	 "vfs[0].vhost_group is 4294967295 (a name, or a number from 0 to 4294967294)"},
};

static void
bad_files_are_refused_with_the_place(void **state)
{
	struct spp_vf_file vf;
	struct spp_error err;
	const char *rest;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(load(bad[i].text, &vf, &err), -EINVAL);
		assert_memory_equal(err.text, path, strlen(path));
		rest = err.text + strlen(path) + 2;
		if (strncmp(rest, bad[i].error, strlen(bad[i].error)) != 0)
			fail_msg("%s: %s (wanted: %s)", bad[i].text, rest, bad[i].error);
	}
}

static void
a_byte_order_mark_is_skipped_and_utf_16_named(void **state)
{
	struct spp_vf_file vf;
	struct spp_error err;

	assert_int_equal(load("\xef\xbb\xbf{\"vfs\":[{\"name\":\"a\",\"num_vhost\":1,"
			      "\"num_ring\":2}]}",
			      &vf, &err),
			 0);
	assert_int_equal(vf.num_ring, 2);
	assert_int_equal(load("\xff\xfe{", &vf, &err), -EINVAL);
	assert_non_null(strstr(err.text, "is UTF-16"));
	assert_int_equal(load("\xef\xbb\xbf", &vf, &err), -EINVAL);
}

static void
rings_begin_at_twice_the_first_vhost(void **state)
{
	struct spp_vf_file vf;
	struct spp_error err;

	assert_int_equal(load("{\"vfs\":[{\"name\":\"a\",\"num_vhost\":1,\"num_ring\":511,"
			      "\"first_vhost\":1}]}",
			      &vf, &err),
			 -EINVAL);
	assert_non_null(strstr(err.text, "rings 2 to 512 are asked for (there are 0 to 511; they "
					 "begin at 2 x first_vhost)"));
}

static void
a_file_that_cannot_be_read_is_named(void **state)
{
	struct spp_vf_file vf;
	struct spp_error err;

	assert_int_equal(spp_vf_file_load("/nonexistent/vf.json", &vf, &err), -ENOENT);
	assert_string_equal(err.text, "/nonexistent/vf.json: No such file or directory");
	assert_int_equal(spp_vf_file_load("/", &vf, &err), -EISDIR);
	assert_int_equal(spp_vf_file_load("/dev/zero", &vf, &err), -EFBIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_founding_documents_configuration_is_read),
		cmocka_unit_test(every_member_is_read_and_numbers_may_be_strings),
		cmocka_unit_test(owner_and_group_may_be_numbers),
		cmocka_unit_test(bad_files_are_refused_with_the_place),
		cmocka_unit_test(a_byte_order_mark_is_skipped_and_utf_16_named),
		cmocka_unit_test(rings_begin_at_twice_the_first_vhost),
		cmocka_unit_test(a_file_that_cannot_be_read_is_named),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
