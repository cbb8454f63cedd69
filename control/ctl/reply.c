/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a reply says, and how it is printed. See reply.h.
 */
#include "ctl/reply.h"

#include <stdio.h>
#include <string.h>

bool
ctl_reply_ok(const json_t *reply)
{
	json_t *results = json_object_get(reply, "results"), *result;
	size_t i;

	json_array_foreach (results, i, result)
		if (strcmp(ctl_reply_text(result, "result"), "success") != 0)
			return false;
	return json_array_size(results) > 0;
}

const char *
ctl_reply_error(const json_t *reply)
{
	const json_t *result;
	size_t i;

	json_array_foreach (json_object_get(reply, "results"), i, result) {
		const json_t *details = json_object_get(result, "error_details");

		if (details != NULL)
			return ctl_reply_text(details, "message");
	}
	return "it gives no reason";
}

const char *
ctl_reply_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

double
ctl_reply_number(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

void
ctl_reply_print(const json_t *reply)
{
	json_dumpf(reply, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	putchar('\n');
}
