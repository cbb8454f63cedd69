/* SPDX-License-Identifier: BSD-3-Clause */
/* src/common/log_limit.c: how many lines one source may write. */
#include <stdio.h>
#include <string.h>

#include "unit.h"

#include "common/log_limit.h"

static struct spp_log_limit limit;
static char name[SPP_LOG_LIMIT_NAME];

static int
start_over(void **state)
{
	(void)state;
	memset(&limit, 0, sizeof(limit));
	return 0;
}

/* So many lines at once; how many of them were written. */
static unsigned int
write_lines(const char *source, unsigned int nb, uint64_t now_s)
{
	unsigned int written = 0;

	while (nb-- > 0)
		written += spp_log_limit_take(&limit, source, SPP_LOG_LIMIT_LINES, now_s) !=
			   SPP_LOG_LIMIT_LEAVE_OUT;
	return written;
}

static void
a_source_has_its_lines_a_minute_and_the_rest_is_counted(void **state)
{
	(void)state;
	assert_int_equal(write_lines("vhost0", 19, 1000), 19);
	assert_int_equal(spp_log_limit_take(&limit, "vhost0", SPP_LOG_LIMIT_LINES, 1030),
			 SPP_LOG_LIMIT_WRITE_LAST);
	assert_int_equal(write_lines("vhost0", 5000, 1059), 0);
	assert_int_equal(spp_log_limit_ended(&limit, 1059, name), 0);
	assert_int_equal(spp_log_limit_ended(&limit, 1060, name), 5000);
	assert_string_equal(name, "vhost0");
	assert_int_equal(spp_log_limit_ended(&limit, 1060, name), 0);
	assert_int_equal(write_lines("vhost0", 30, 1060), 20);
	assert_int_equal(spp_log_limit_ended(&limit, 1120, name), 10);
}

static void
what_was_quiet_begins_anew(void **state)
{
	(void)state;
	assert_int_equal(write_lines("vhost0", 15, 0), 15);
	assert_int_equal(write_lines("vhost0", 15, 60), 15);
	assert_int_equal(spp_log_limit_ended(&limit, 500, name), 0);
}

static void
sources_do_not_take_lines_from_each_other(void **state)
{
	(void)state;
	assert_int_equal(write_lines("vhost0", 100, 7), 20);
	assert_int_equal(write_lines("vhost1", 100, 7), 20);
	assert_int_equal(spp_log_limit_take(&limit, "lib.vhost", 1000, 7), SPP_LOG_LIMIT_WRITE);
}

static void
there_is_an_end_to_sources_too(void **state)
{
	char source[32];
	unsigned int i, written = 0;

	(void)state;
	for (i = 0; i < 10000; i++) {
		snprintf(source, sizeof(source), "source %u", i);
		written += write_lines(source, 1, 3);
	}
	assert_int_equal(written, SPP_LOG_LIMIT_SOURCES - 1 + SPP_LOG_LIMIT_LINES);
	assert_int_equal(spp_log_limit_ended(&limit, 63, name), 10000 - written);
	assert_string_equal(name, "others");
	/* places of those that are quiet are free again */
	assert_int_equal(write_lines("late", 25, 64), 20);
	assert_int_equal(spp_log_limit_ended(&limit, 124, name), 5);
	assert_string_equal(name, "late");
}

static void
a_long_name_is_cut(void **state)
{
	char source[SPP_LOG_LIMIT_NAME + 50];

	(void)state;
	memset(source, 'x', sizeof(source) - 1);
	source[sizeof(source) - 1] = '\0';
	assert_int_equal(write_lines(source, 25, 0), 20);
	assert_int_equal(spp_log_limit_ended(&limit, 60, name), 5);
	assert_int_equal(strlen(name), SPP_LOG_LIMIT_NAME - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_source_has_its_lines_a_minute_and_the_rest_is_counted,
				       start_over),
		cmocka_unit_test_setup(what_was_quiet_begins_anew, start_over),
		cmocka_unit_test_setup(sources_do_not_take_lines_from_each_other, start_over),
		cmocka_unit_test_setup(there_is_an_end_to_sources_too, start_over),
		cmocka_unit_test_setup(a_long_name_is_cut, start_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
