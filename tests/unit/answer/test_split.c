/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A stream has no message borders: every documented JSON message, cut in two at every byte, gets
 * the reply it gets in one piece. Arguments: docs/protocol.md, and folders of messages.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "ask.h"
#include "founding.h"

#define TEXT_MAX (1 << 20)
#define REQUEST  "\n```json request\n"

static int nb_arguments;
static char **arguments;
static char text[TEXT_MAX];

/** A bench that has been sent nothing yet, and one push after the other. */
static char *
reply_to(const char *const parts[], const size_t lengths[], unsigned int nb)
{
	enum spp_frame_kind kind = SPP_FRAME_NONE;
	size_t length, reply_length;
	const char *data;
	struct bench *b;
	char *reply;
	void *state;
	unsigned int i;

	assert_int_equal(set_up(&state), 0);
	b = state;
	for (i = 0; i < nb; i++) {
		assert_int_equal(kind, SPP_FRAME_NONE);
		assert_int_equal(spp_frame_push(&b->frame, parts[i], lengths[i]), 0);
		kind = spp_frame_next(&b->frame, &data, &length);
		/* The blanks behind a message are no part of it. */
		if (kind != SPP_FRAME_NONE)
			break;
	}
	assert_int_not_equal(kind, SPP_FRAME_NONE);
	b->reply = spp_answer(&b->service, &b->session, kind, data, length, &reply_length);
	reply = strdup(b->reply);
	assert_int_equal(tear_down(&state), 0);
	return reply;
}

static void
split_everywhere(const char *message, size_t length)
{
	size_t lengths[2] = {length, 0}, split;
	const char *parts[2] = {message, NULL};
	char *whole = reply_to(parts, lengths, 1), *reply;

	assert_non_null(strstr(whole, "\"results\""));
	for (split = 1; split < length; split++) {
		parts[1] = message + split;
		lengths[0] = split;
		lengths[1] = length - split;
		reply = reply_to(parts, lengths, 2);
		if (strcmp(reply, whole) != 0)
			fail_msg("%.*s, cut at byte %zu: %s (in one piece: %s)", (int)length,
				 message, split, reply, whole);
		free(reply);
	}
	free(whole);
}

static void
read_text(const char *path)
{
	FILE *stream = fopen(path, "re");
	size_t length;

	if (stream == NULL)
		fail_msg("%s cannot be read", path);
	length = fread(text, 1, sizeof(text) - 1, stream);
	fclose(stream);
	assert_true(length < sizeof(text) - 1);
	text[length] = '\0';
}

static void
the_founding_messages(void **state)
{
	static const char *const messages[] = {
		FOUNDING_PROCESS, FOUNDING_INITIAL,    FOUNDING_START,
		FOUNDING_STOP,    FOUNDING_AS_PRINTED, FOUNDING_PROCESS_AS_PRINTED,
	};
	size_t i;

	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		split_everywhere(messages[i], strlen(messages[i]));
}

static void
the_messages_of_the_protocol_page(void **state)
{
	unsigned int nb = 0;
	char *at, *end;

	assert_true(nb_arguments > 1);
	read_text(arguments[1]);
	for (at = text; (at = strstr(at, REQUEST)) != NULL; at = end, nb++) {
		at += strlen(REQUEST);
		end = strstr(at, "\n```");
		assert_non_null(end);
		split_everywhere(at, (size_t)(end - at));
	}
	assert_true(nb > 10);
}

static void
the_messages_in_config(void **state)
{
	struct dirent *entry;
	char path[4096];
	DIR *directory;
	unsigned int nb = 0;

	assert_true(nb_arguments > 2);
	directory = opendir(arguments[2]);
	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		if (strstr(entry->d_name, ".json") == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/%s", arguments[2], entry->d_name);
		read_text(path);
		split_everywhere(text, strlen(text));
		nb++;
	}
	closedir(directory);
	assert_true(nb > 5);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_founding_messages),
		cmocka_unit_test(the_messages_of_the_protocol_page),
		cmocka_unit_test(the_messages_in_config),
	};

	nb_arguments = argc;
	arguments = argv;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
