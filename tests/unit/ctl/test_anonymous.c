/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A text without network addresses: none is left, and what belonged together still does.
 */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "ctl/anonymous.h"

static void
expect(const char *text, const char *wanted)
{
	char *seen = ctl_anonymous(text, "host-7");

	assert_string_equal(seen, wanted);
	free(seen);
}

static void
macs_are_replaced_the_same_one_by_the_same_word(void **state)
{
	expect("00:11:22:33:44:55 to 52:54:00:AB:cd:ef, 00:11:22:33:44:55",
	       "MAC-1 to MAC-2, MAC-1");
	expect("101/00:11:22:33:44:55 mac=52-54-00-ab-cd-ef,x \"52:54:00:AB:CD:EF\"",
	       "101/MAC-1 mac=MAC-2,x \"MAC-2\"");
	expect("ff:ff:ff:ff:ff:ff 00:00:00:00:00:00", "MAC-broadcast MAC-zero");
	expect("enx001122334455: address=00:11:22:33:44:55", "enxMAC-1: address=MAC-1");
	/* Without separators it is one only where it was seen with them. */
	expect("001122334455 525400abcdef 00:11:22:33:44:55", "MAC-1 525400abcdef MAC-1");
}

static void
ip_addresses_are_replaced(void **state)
{
	expect("10.0.0.7:5555 [2001:db8::7]:5555 10.0.0.7/24 10.0.0.8",
	       "IP-1:5555 [IP-2]:5555 IP-1/24 IP-3");
	expect("2001:DB8:0::7 and 2001:db8::7", "IP-1 and IP-1");
	expect("from 10.0.0.7.", "from IP-1.");
	expect("fe80::1%eth0: up; fe80::1: down", "IP-1%eth0: up; IP-1: down");
	expect("127.0.0.1:5555 [::1]:5555 0.0.0.0 [::]:5555",
	       "localhost:5555 [localhost6]:5555 any [any]:5555");
}

static void
what_only_looks_like_one_stays(void **state)
{
	static const char text[] =
		"0000:03:00.0 2026-11-30T07:15:03.750Z 12:34:56 22.11.11-0 1.2.3 00:11:22 "
		"00:11:22:33:44 x00:11:22:33:44:55 ring0 123456789012 librte_eal.so.23.0 ::: 1.2.3.4.5";

	expect(text, text);
}

static void
the_name_of_the_host_is_replaced_as_a_word(void **state)
{
	expect("host-7 kernel: host-7x host-7: xhost-7", "HOST kernel: host-7x HOST: xhost-7");
	expect("", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(macs_are_replaced_the_same_one_by_the_same_word),
		cmocka_unit_test(ip_addresses_are_replaced),
		cmocka_unit_test(what_only_looks_like_one_stays),
		cmocka_unit_test(the_name_of_the_host_is_replaced_as_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
