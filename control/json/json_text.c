/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * JSON values as text, and texts as JSON values. See json_text.h.
 */
#include "json/json_text.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_FIRST 1024

struct text {
	char *data;
	size_t length, size;
	bool failed;
};

static int
append(const char *data, size_t size, void *arg)
{
	struct text *text = arg;
	size_t room = text->size > 0 ? text->size : SIZE_FIRST;
	char *grown;

	while (room < text->length + size + 1)
		room *= 2;
	if (!text->failed && room > text->size) {
		grown = realloc(text->data, room);
		text->failed = grown == NULL;
		if (!text->failed) {
			text->data = grown;
			text->size = room;
		}
	}
	if (text->failed)
		return -1;
	memcpy(text->data + text->length, data, size);
	text->length += size;
	text->data[text->length] = '\0';
	return 0;
}

char *
spp_json_text(const json_t *json, size_t flags, size_t *length)
{
	struct text text = {NULL, 0, 0, false};

	/* what the callback says about a member's name is not looked at: hence `failed` */
	if (json == NULL || json_dump_callback(json, append, &text, flags) < 0 || text.failed) {
		free(text.data);
		return NULL;
	}
	*length = text.length;
	return text.data;
}

bool
spp_json_skip_mark(const char **text, size_t *length)
{
	static const char mark[] = "\xef\xbb\xbf", big[] = "\xfe\xff", little[] = "\xff\xfe";

	if (*length >= sizeof(mark) - 1 && memcmp(*text, mark, sizeof(mark) - 1) == 0) {
		*text += sizeof(mark) - 1;
		*length -= sizeof(mark) - 1;
	}
	return *length < 2 || (memcmp(*text, big, 2) != 0 && memcmp(*text, little, 2) != 0);
}

bool
spp_json_remove_mark(char *text, size_t *length)
{
	const char *begin = text;
	bool is_utf_8 = spp_json_skip_mark(&begin, length);

	memmove(text, begin, *length);
	return is_utf_8;
}

json_t *
spp_json_string(const char *text)
{
	json_t *string = json_string(text);
	char *copy, *c;

	if (string != NULL)
		return string;
	copy = strdup(text);
	if (copy == NULL)
		return NULL;
	for (c = copy; *c != '\0'; c++) {
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	}
	string = json_string(copy);
	free(copy);
	return string;
}
