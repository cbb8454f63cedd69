/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * spp_monitor and words of others: what it writes of them is escaped, and headers are understood.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/headers.h"
#include "monitor/text.h"

static void
text_is_escaped(void **state)
{
	struct monitor_text text = {0};

	monitor_text_label(&text, "a\"b\\c\nd\xc3\xa4\xff\xc0\x80\xed\xa0\x80\t");
	monitor_text_put(&text, "", 1);
	assert_string_equal(text.bytes, "a\\\"b\\\\c\\nd\xc3\xa4?????"
					"?\t");
	monitor_text_free(&text);
	monitor_text_json(&text, "a\"\\\n\x7f\xf0\x9f\x98\x80");
	monitor_text_put(&text, "", 1);
	assert_string_equal(text.bytes, "\"a\\\"\\\\\\u000a\\u007f\xf0\x9f\x98\x80\"");
	monitor_text_free(&text);
}

static void
hosts_are_addresses_or_names_of_ours(void **state)
{
	const struct monitor_options options = {.hosts = {"spp.example.org"}, .nb_hosts = 1};
	static const char *const good[] = {"127.0.0.1",       "10.0.0.1:10555",     "[::1]",
					   "[fe80::1]:80",    "localhost:10555",    "LOCALHOST",
					   "spp.example.org", "SPP.example.org:443"};
	static const char *const bad[] = {"",
					  "evil.example",
					  "evil.example:10555",
					  "127.0.0.1.evil.example",
					  "[::1",
					  "[::1]x",
					  "[evil]",
					  "127.0.0.1:1:2",
					  "localhost.evil",
					  "127.0.0.1:99999999",
					  "spp.example.org.evil"};

	assert_true(monitor_header_host(&options, NULL));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!monitor_header_host(&options, good[i]))
			fail_msg("%s is refused", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (monitor_header_host(&options, bad[i]))
			fail_msg("%s is not refused", bad[i]);
}

static void
formats_are_chosen(void **state)
{
	assert_false(monitor_header_openmetrics(NULL));
	assert_false(monitor_header_openmetrics("*/*"));
	assert_false(monitor_header_openmetrics("text/plain"));
	assert_true(monitor_header_openmetrics("application/openmetrics-text;version=1.0.0"));
	assert_true(monitor_header_openmetrics(
		"application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"));
	assert_false(monitor_header_openmetrics(
		"application/openmetrics-text; q=0.3, text/plain; q=0.5"));
	assert_false(monitor_header_openmetrics("application/openmetrics-text;q=0"));
	assert_false(monitor_header_gzip(NULL));
	assert_true(monitor_header_gzip("deflate, gzip;q=0.5"));
	assert_true(monitor_header_gzip("*"));
	assert_false(monitor_header_gzip("gzip;q=0, *"));
	assert_false(monitor_header_gzip("gzipped"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_escaped),
		cmocka_unit_test(hosts_are_addresses_or_names_of_ours),
		cmocka_unit_test(formats_are_chosen),
	};

	return cmocka_run_group_tests_name("monitor_words", tests, NULL, NULL);
}
