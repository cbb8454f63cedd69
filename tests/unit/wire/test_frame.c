/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Framing: whatever the segments, the same messages come out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unit.h"

#include "spp/limits.h"
#include "wire/frame.h"

struct transcript {
	struct spp_frame frame;
	char text[4096];
	unsigned int nb_bad;
};

static void
note(struct transcript *t, char kind, const char *data, size_t length)
{
	size_t used = strlen(t->text);

	if (length > 200)
		length = 200;
	snprintf(t->text + used, sizeof(t->text) - used, "%c<%.*s>", kind, (int)length, data);
}

static void
push(struct transcript *t, const char *data, size_t length)
{
	enum spp_frame_kind kind;
	const char *message;
	size_t size;

	assert_int_equal(spp_frame_push(&t->frame, data, length), 0);
	while ((kind = spp_frame_next(&t->frame, &message, &size)) != SPP_FRAME_NONE) {
		note(t, "?JTB"[kind], message, size);
		t->nb_bad += kind == SPP_FRAME_BAD;
	}
}

static int
set_up(void **state)
{
	struct transcript *t = calloc(1, sizeof(*t));

	spp_frame_init(&t->frame, SPP_REQUEST_SIZE_MAX, SPP_REQUEST_DEPTH_MAX);
	*state = t;
	return 0;
}

static int
tear_down(void **state)
{
	struct transcript *t = *state;

	spp_frame_fini(&t->frame);
	free(t);
	return 0;
}

static void
expect(struct transcript *t, const char *bytes, const char *want)
{
	t->text[0] = '\0';
	push(t, bytes, strlen(bytes));
	assert_string_equal(t->text, want);
	assert_false(spp_frame_partial(&t->frame));
}

static void
one_segment_holds_several_messages(void **state)
{
	expect(*state, "{\"a\":1}{\"b\":[{}]} \r\n {}\n", "J<{\"a\":1}>J<{\"b\":[{}]}>J<{}>");
}

static void
braces_and_quotes_inside_strings_do_not_count(void **state)
{
	expect(*state, "{\"}{[\\\"}\":\"\\\\\"}{}", "J<{\"}{[\\\"}\":\"\\\\\"}>J<{}>");
}

static void
every_split_gives_the_same_messages(void **state)
{
	static const char *const bytes = "{\"c\":[\"x\\\"}\",{\"y\":\"\\\\\"}]} {\"d\":[]}{}";
	static const char *const want =
		"J<{\"c\":[\"x\\\"}\",{\"y\":\"\\\\\"}]}>J<{\"d\":[]}>J<{}>";
	struct transcript *t = *state;
	size_t length = strlen(bytes);
	size_t i, j;

	for (i = 0; i <= length; i++) {
		for (j = i; j <= length; j++) {
			t->text[0] = '\0';
			push(t, bytes, i);
			push(t, bytes + i, j - i);
			push(t, bytes + j, length - j);
			assert_string_equal(t->text, want);
		}
	}
}

static void
a_byte_at_a_time_gives_the_same_messages(void **state)
{
	static const char *const bytes = "{\"a\":\"{\"} {\"b\":[1,2]}";
	struct transcript *t = *state;
	size_t i;

	for (i = 0; i < strlen(bytes); i++)
		push(t, bytes + i, 1);
	assert_string_equal(t->text, "J<{\"a\":\"{\"}>J<{\"b\":[1,2]}>");
}

static void
any_closer_closes(void **state)
{
	expect(*state, "{\"commands\":[{\"command\":\"process\"}}}{}",
	       "J<{\"commands\":[{\"command\":\"process\"}}}>J<{}>");
	expect(*state, "{[}]{}", "J<{[}]>J<{}>");
}

static void
a_lone_quote_in_a_comment_swallows_only_its_line(void **state)
{
	expect(*state, "{\"a\": 1, // say \"no\n\"b\": {}}{}",
	       "J<{\"a\": 1, // say \"no\n\"b\": {}}>J<{}>");
}

static void
text_ends_at_a_newline_a_brace_or_the_segment(void **state)
{
	struct transcript *t = *state;

	expect(t, "status\n", "T<status>");
	expect(t, "status", "T<status>");
	expect(t, " _get_client_id\nflush\n", "T<_get_client_id>T<flush>");
	expect(t, "garbage{}more{}", "T<garbage>J<{}>T<more>J<{}>");
	expect(t, "}}]{\"a\":1}", "T<}}]>J<{\"a\":1}>");
}

static void
nesting_has_a_limit_and_the_next_message_works(void **state)
{
	char bytes[512] = "{\"a\":";
	int i;

	for (i = 0; i < SPP_REQUEST_DEPTH_MAX; i++)
		strcat(bytes, "[");
	for (i = 0; i < SPP_REQUEST_DEPTH_MAX; i++)
		strcat(bytes, "]");
	strcat(bytes, "}{}");
	expect(*state, bytes, "B<message is nested deeper than 32 levels>J<{}>");
}

static void
five_million_bytes_are_one_error_and_the_next_message_works(void **state)
{
	struct transcript *t = *state;
	char chunk[50000];
	int i;

	memset(chunk, 'x', sizeof(chunk));
	push(t, "{\"a\":\"", 6);
	for (i = 0; i < 100; i++) {
		push(t, chunk, sizeof(chunk));
		assert_true(t->frame.size <= 2 * SPP_REQUEST_SIZE_MAX);
	}
	push(t, "\"}{}", 4);
	assert_string_equal(t->text, "B<message is longer than 4194304 bytes>J<{}>");
}

static void
exactly_four_mebibytes_fit(void **state)
{
	struct transcript *t = *state;
	char *bytes = malloc(SPP_REQUEST_SIZE_MAX);

	memset(bytes, ' ', SPP_REQUEST_SIZE_MAX);
	bytes[0] = '{';
	bytes[SPP_REQUEST_SIZE_MAX - 1] = '}';
	push(t, bytes, SPP_REQUEST_SIZE_MAX);
	assert_int_equal(t->nb_bad, 0);
	assert_memory_equal(t->text, "J<{ ", 4);
	free(bytes);
}

static void
four_mebibytes_byte_by_byte_are_linear(void **state)
{
	struct transcript *t = *state;
	clock_t start = clock();
	size_t i;

	push(t, "{", 1);
	for (i = 0; i < SPP_REQUEST_SIZE_MAX - 2; i++)
		push(t, " ", 1);
	push(t, "}", 1);
	assert_int_equal(t->nb_bad, 0);
	assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
}

static void
half_a_message_is_partial_until_reset(void **state)
{
	struct transcript *t = *state;

	push(t, "{\"commands\":[", 13);
	assert_true(spp_frame_partial(&t->frame));
	spp_frame_reset(&t->frame);
	assert_false(spp_frame_partial(&t->frame));
	expect(t, "{}", "J<{}>");
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(one_segment_holds_several_messages),
		UNIT(braces_and_quotes_inside_strings_do_not_count),
		UNIT(every_split_gives_the_same_messages),
		UNIT(a_byte_at_a_time_gives_the_same_messages),
		UNIT(any_closer_closes),
		UNIT(a_lone_quote_in_a_comment_swallows_only_its_line),
		UNIT(text_ends_at_a_newline_a_brace_or_the_segment),
		UNIT(nesting_has_a_limit_and_the_next_message_works),
		UNIT(five_million_bytes_are_one_error_and_the_next_message_works),
		UNIT(exactly_four_mebibytes_fit),
		UNIT(four_mebibytes_byte_by_byte_are_linear),
		UNIT(half_a_message_is_partial_until_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
