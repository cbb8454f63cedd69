/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text of others: nothing of it begins a line, drives a terminal, or turns what follows around.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <setjmp.h>

#include <cmocka.h>

#include "change/plain.h"

static void
what_drives_a_terminal_is_replaced_and_the_rest_stays(void **state)
{
	static const char *const texts[][2] = {
		{"web 1 (db)", "web 1 (db)"},
		{"", ""},
		{"a\nb\rc\td\x7f", "a?b?c?d?"},
		{"\x1b[2J", "?[2J"},
		{"\xc2\x9b"
		 "2J",
		 "?2J"},                                /* C1 CSI */
		{"\xc2\xa0", "\xc2\xa0"},               /* a blank that does not break */
		{"\xe2\x80\xae", "?"},                  /* right-to-left override */
		{"\xe2\x81\xa7x\xe2\x80\xa8y", "?x?y"}, /* isolate; line separator */
		{"\xe3\x82\xa6\xe3\x82\xa7\xe3\x83\x96", "\xe3\x82\xa6\xe3\x82\xa7\xe3\x83\x96"},
		{"\xe2\x82\xac", "\xe2\x82\xac"}, /* euro */
		{"cut \xe2\x80", "cut \xe2\x80"},
		{"cut \xc2", "cut \xc2"},
	};
	char text[64];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(text, sizeof(text), "%s", texts[i][0]);
		assert_string_equal(spp_plain(text, '?'), texts[i][1]);
	}
}

static void
so_it_is_in_all_of_a_reply(void **state)
{
	json_t *reply = json_pack("{s:s, s:[{s:s, s:i}, s], s:s}", "a", "\x1b[2J", "b", "\x1bkey",
				  "\xe2\x80\xae", "n", 7, "c\nd", "fine", "ok");
	json_t *plain = json_pack("{s:s, s:[{s:s, s:i}, s], s:s}", "a", "?[2J", "b", "?key", "?",
				  "n", 7, "c?d", "fine", "ok");

	(void)state;
	assert_non_null(reply);
	spp_plain_json(reply, '?');
	assert_true(json_equal(reply, plain));
	spp_plain_json(NULL, '?');
	json_decref(reply);
	json_decref(plain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_drives_a_terminal_is_replaced_and_the_rest_stays),
		cmocka_unit_test(so_it_is_in_all_of_a_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
