/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Text that others wrote. See plain.h.
 */
#include "change/plain.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

unsigned int
spp_plain_hidden(const char *at)
{
	const unsigned char *byte = (const unsigned char *)at;

	if (byte[0] != '\0' && (byte[0] < 0x20 || byte[0] == 0x7f))
		return 1;
	if (byte[0] == 0xc2 && byte[1] >= 0x80 && byte[1] <= 0x9f)
		return 2;
	if (byte[0] != 0xe2)
		return 0;
	if (byte[1] == 0x80 &&
	    (byte[2] == 0x8e || byte[2] == 0x8f || (byte[2] >= 0xa8 && byte[2] <= 0xae)))
		return 3;
	return byte[1] == 0x81 && byte[2] >= 0xa6 && byte[2] <= 0xa9 ? 3 : 0;
}

char *
spp_plain(char *text, char with)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; to++) {
		unsigned int bytes = spp_plain_hidden(at);

		*to = *at;
		if (bytes > 0)
			*to = with;
		at += bytes > 0 ? bytes : 1;
	}
	*to = '\0';
	return text;
}

static bool
is_plain(const char *text)
{
	while (*text != '\0' && spp_plain_hidden(text) == 0)
		text++;
	return *text == '\0';
}

/* Under its key's plain form. */
static void
rename_member(json_t *object, const char *key, json_t *member, char with)
{
	char *name = strdup(key);

	if (name != NULL)
		json_object_set(object, spp_plain(name, with), member);
	json_object_del(object, key);
	free(name);
}

void
spp_plain_json(json_t *value, char with)
{
	json_t *member;
	const char *key;
	void *next;
	char *text;
	size_t i;

	if (json_is_string(value) && !is_plain(json_string_value(value))) {
		text = strdup(json_string_value(value));
		json_string_set(value, text != NULL ? spp_plain(text, with) : "");
		free(text);
	}
	json_array_foreach (value, i, member)
		spp_plain_json(member, with);
	json_object_foreach_safe(value, next, key, member)
	{
		spp_plain_json(member, with);
		if (!is_plain(key))
			rename_member(value, key, member, with);
	}
}
