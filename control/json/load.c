/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Text as JSON. See load.h.
 *
 * jansson 2.14 does not look whether the buffer of the word it reads could grow, and goes on
 * without the letter (load.c, lex_save()). So it is given one letter at a time, none any more after
 * an allocation has failed, and for that one allocation, which may be the buffer's, a piece that
 * was laid by.
 */
#include "json/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPARE_FIRST ((size_t)256)

/* Of the load that this thread is in: an allocation has failed; and what is laid by, twice what was
 * read and more, for the buffer doubles (NULL: no load, or it was given out). */
static _Thread_local bool missed;
static _Thread_local void *spare;
static _Thread_local size_t spare_size;

struct feed {
	json_load_callback_t read;
	void *arg;
	size_t total, next, end;
	char bytes[1024];
};

struct text {
	const char *next;
	size_t left;
};

static void *
allocate(size_t size)
{
	void *memory = malloc(size);

	if (memory == NULL) {
		missed = true;
		if (size <= spare_size) {
			memory = spare;
			spare = NULL;
		}
	}
	return memory;
}

__attribute__((constructor)) static void
take_over_allocations(void)
{
	json_set_alloc_funcs(allocate, free);
}

static bool
lay_by(size_t total)
{
	size_t size = spare_size;
	void *more;

	while (size < 2 * total + SPARE_FIRST)
		size = size == 0 ? 2 * SPARE_FIRST : 2 * size;
	if (size == spare_size)
		return true;
	more = malloc(size);
	if (more == NULL)
		return false;
	free(spare);
	spare = more;
	spare_size = size;
	return true;
}

static size_t
feed_one(void *buffer, size_t size, void *arg)
{
	struct feed *feed = arg;
	size_t got;

	(void)size;
	if (feed->next == feed->end && !missed) {
		got = feed->read(feed->bytes, sizeof(feed->bytes), feed->arg);
		if (got == 0 || got == (size_t)-1)
			return got;
		feed->next = 0;
		feed->end = got;
		feed->total += got;
		missed = !lay_by(feed->total);
	}
	if (missed)
		return (size_t)-1;
	*(char *)buffer = feed->bytes[feed->next++];
	return 1;
}

json_t *
spp_json_load_stream(json_load_callback_t read, void *arg, size_t flags, json_error_t *where)
{
	struct feed feed = {.read = read, .arg = arg};
	json_t *root;

	missed = false;
	root = json_load_callback(feed_one, &feed, flags, where);
	free(spare);
	spare = NULL;
	spare_size = 0;
	if (!missed)
		return root;
	json_decref(root);
	if (where != NULL) {
		memset(where, 0, sizeof(*where));
		snprintf(where->text, sizeof(where->text), "out of memory");
		where->text[JSON_ERROR_TEXT_LENGTH - 1] = json_error_out_of_memory;
	}
	return NULL;
}

static size_t
read_text(void *buffer, size_t size, void *arg)
{
	struct text *text = arg;
	size_t got = size < text->left ? size : text->left;

	memcpy(buffer, text->next, got);
	text->next += got;
	text->left -= got;
	return got;
}

json_t *
spp_json_load(const char *text, size_t length, size_t flags, json_error_t *where)
{
	struct text source = {text, length};

	return spp_json_load_stream(read_text, &source, flags, where);
}

bool
spp_json_no_memory(const json_error_t *where)
{
	return json_error_code(where) == json_error_out_of_memory;
}
