/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An uplink as it is written, and what is said about one that is not right.
 */
#include <string.h>

#include "unit.h"

#include "spp/uplink.h"

static struct spp_uplink uplinks[SPP_UPLINK_MAX];

static int
clear(void **state)
{
	memset(uplinks, 0, sizeof(uplinks));
	return 0;
}

static void
parse(const char *text)
{
	struct spp_error err = {""};

	if (spp_uplink_parse(text, uplinks, &err) != 0)
		fail_msg("%s", err.text);
}

static void
refuse(const char *text, const char *part)
{
	struct spp_uplink before[SPP_UPLINK_MAX];
	struct spp_error err = {""};

	memcpy(before, uplinks, sizeof(before));
	assert_int_equal(spp_uplink_parse(text, uplinks, &err), -EINVAL);
	if (strstr(err.text, part) == NULL)
		fail_msg("%s: %s", text, err.text);
	assert_memory_equal(before, uplinks, sizeof(before));
}

static void
two_nics_are_enough(void **state)
{
	parse("nic2,phy:1");
	assert_true(uplinks[0].there);
	assert_int_equal(uplinks[0].nic[0], 2);
	assert_int_equal(uplinks[0].nic[1], 1);
	assert_int_equal(uplinks[0].primary, 0);
	assert_int_equal(uplinks[0].active, 0);
	assert_false(uplinks[0].revert);
	assert_int_equal(spp_uplink_of_nic(uplinks, 1), 0);
	assert_int_equal(spp_uplink_of_nic(uplinks, 0), -1);
}

static void
number_primary_and_revert_are_read(void **state)
{
	parse("uplink15=nic30,nic31,primary=nic31,revert");
	assert_false(uplinks[0].there);
	assert_int_equal(uplinks[15].primary, 1);
	assert_int_equal(uplinks[15].active, 1);
	assert_true(uplinks[15].revert);
	parse("primary=nic0,nic0,nic1");
	assert_int_equal(uplinks[0].primary, 0);
	assert_int_equal(spp_uplink_of_nic(uplinks, 31), 15);
}

static void
what_is_none_is_refused(void **state)
{
	static char longer[4096];

	refuse("", "\"\" is no NIC");
	refuse("nic0", "needs two NICs");
	refuse("nic0,nic0", "needs two NICs");
	refuse("nic0,nic1,nic2", "more than two NICs");
	refuse("nic0,,nic1", "\"\" is no NIC");
	refuse("nic0,nic32", "\"nic32\" is no NIC");
	refuse("nic0,nic1nq1", "\"nic1nq1\" is no NIC");
	refuse("nic0,vhost1", "\"vhost1\" is no NIC");
	refuse("nic0,nic1,primary=nic2", "its primary nic2 is none of its two NICs");
	refuse("nic0,nic1,primary=", "\"\" is no NIC");
	refuse("uplink16=nic0,nic1", "\"uplink16\" is no uplink");
	refuse("bond0=nic0,nic1", "\"bond0\" is no uplink");
	refuse("=nic0,nic1", "\"\" is no uplink");
	memset(longer, 'x', sizeof(longer) - 1);
	refuse(longer, "too long");
}

static void
a_number_or_nic_is_of_one_uplink(void **state)
{
	parse("nic0,nic1");
	refuse("nic2,nic3", "there is an uplink0 already");
	refuse("uplink1=nic1,nic2", "nic1 is a member of uplink0 already");
	parse("uplink1=nic2,nic3");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(two_nics_are_enough, clear),
		cmocka_unit_test_setup(number_primary_and_revert_are_read, clear),
		cmocka_unit_test_setup(what_is_none_is_refused, clear),
		cmocka_unit_test_setup(a_number_or_nic_is_of_one_uplink, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
