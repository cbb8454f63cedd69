/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A good text is never called wrong, and never read with something missing, because memory was
 * short: each allocation of its reading fails once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "spp/control.h"
#include "spp/error.h"

#include "json/load.h"
#include "json/request.h"

static int left = -1; /* allocations that go well before the one that fails; below 0: none does */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *
__wrap_malloc(size_t size)
{
	bool fails = left == 0;

	left -= left >= 0;
	return fails ? NULL : __real_malloc(size);
}

/** Read it as often as it has allocations, and once more. @return how many it has */
static int
fail_each(const char *text)
{
	json_t *whole = spp_json_load(text, strlen(text), 0, NULL), *root;
	json_error_t where;
	int n;

	assert_non_null(whole);
	for (n = 0;; n++) {
		left = n;
		root = spp_json_load(text, strlen(text), JSON_REJECT_DUPLICATES, &where);
		if (left >= 0)
			break;
		assert_null(root);
		assert_true(spp_json_no_memory(&where));
		assert_string_equal(where.text, "out of memory");
	}
	left = -1;
	assert_true(json_equal(root, whole));
	json_decref(root);
	json_decref(whole);
	return n;
}

static void
test_each_allocation_fails_once(void **state)
{
	(void)state;
	assert_true(fail_each("{\"a name\": [\"a string that jansson's first buffer has no room "
			      "for\", 1234567890, 1.5, true, null, {}]}") > 10);
}

/* The buffer of a word grows at 16 letters, and at 32: whatever stands there. */
static void
test_words_of_any_length(void **state)
{
	static const struct {
		const char *before, *after;
		char letter;
		int most;
	} forms[] = {
		{"[\"", "\"]", 'a', 36},
		{"[\"", "\\n\\u00e4\"]", 'b', 36},
		{"[\"", "\xc3\xa4\xe2\x82\xac\"]", 'c', 36},
		{"[\"", "\\ud834\\udd1e\"]", 'd', 36},
		{"[\"", "\\\\\", 7]", 'e', 36},
		{"{\"", "\\\"\":1}", 'f', 36},
		{"[1", "]", '0', 17}, /* more is no integer */
		{"[1", ",2]", '0', 17},
		{"[1.5", "e1]", '0', 36},
		{"[1", ".5e+1,2]", '0', 36},
		{"[1.", "1E-1 ]", '0', 36},
	};
	char text[128];
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		for (n = 0; n <= forms[i].most; n++) {
			snprintf(text, sizeof(text), "%s", forms[i].before);
			memset(text + strlen(text), forms[i].letter, (size_t)n);
			snprintf(text + strlen(forms[i].before) + n, 32, "%s", forms[i].after);
			fail_each(text);
		}
	}
}

static void
test_what_is_wrong_is_called_so(void **state)
{
	json_error_t where;

	(void)state;
	assert_null(spp_json_load("{\"a\" 1}", 7, 0, &where));
	assert_false(spp_json_no_memory(&where));
	assert_int_equal(where.line, 1);
}

static void
test_a_configuration(void **state)
{
	static const char good[] =
		"{\"vfs\": [{\"name\": \"vf1\", \"num_vhost\": 2, \"num_ring\": 3}]}";
	char path[] = "/tmp/spp-load-XXXXXX";
	struct spp_vf_file file;
	struct spp_error err;
	int fd = mkstemp(path), n, ret;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, good, strlen(good)), strlen(good));
	close(fd);
	for (n = 0;; n++) {
		left = n;
		ret = spp_vf_file_load(path, &file, &err);
		if (left >= 0)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_non_null(strstr(err.text, ": out of memory"));
	}
	left = -1;
	unlink(path);
	assert_int_equal(ret, 0);
	assert_true(n > 3);
}

static void
test_a_message(void **state)
{
	static const char good[] = "{\"commands\": [{\"command\": \"status\"}]}";
	struct spp_request *request = NULL;
	struct spp_fault fault;
	int n, ret;

	(void)state;
	for (n = 0;; n++) {
		left = n;
		ret = spp_request_parse(good, strlen(good), &request, &fault);
		if (left >= 0)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_string_equal(fault.err.text, "out of memory");
	}
	left = -1;
	assert_int_equal(ret, 0);
	assert_true(n > 3);
	spp_request_destroy(request);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_allocation_fails_once),
		cmocka_unit_test(test_words_of_any_length),
		cmocka_unit_test(test_what_is_wrong_is_called_so),
		cmocka_unit_test(test_a_configuration),
		cmocka_unit_test(test_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
