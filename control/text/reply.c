/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Replies of the text dialect. See text/reply.h.
 */
#include "text/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "json/json_text.h"

#define NB(array) (sizeof(array) / sizeof((array)[0]))

char *
spp_text_reply_dump(json_t *object, size_t *length)
{
	char *text = spp_json_text(object, JSON_COMPACT, length);

	json_decref(object);
	return text;
}

char *
spp_text_reply_success(json_t *more, size_t *length)
{
	json_t *root = json_pack("{s:[{s:s}]}", "results", "result", "success");

	if (more != NULL)
		json_object_update_new(root, more);
	return spp_text_reply_dump(root, length);
}

/** What SPP called a member of the JSON dialect in its messages. */
static const char *
spp_word(const char *member, size_t length)
{
	static const struct {
		const char *member, *word;
	} words[] = {{"core_id", "core"},   {"name", "component name"}, {"type", "component type"},
		     {"rx_ports", "port"},  {"tx_ports", "port"},       {"value", "mac address"},
		     {"command", "command"}};
	size_t i;

	for (i = 0; i < NB(words); i++) {
		if (strlen(words[i].member) == length &&
		    strncmp(words[i].member, member, length) == 0)
			return words[i].word;
	}
	return NULL;
}

/** Write a fault's text as SPP had it: "bad value(core_id): ..." as "Invalid value (core): ...". */
static size_t
write_fault(char *buf, size_t size, const struct spp_fault *fault)
{
	static const char begin[] = "bad value(";
	const char *text = fault->err.text, *member = text + strlen(begin), *end, *word;

	if (strncmp(text, begin, strlen(begin)) != 0 || (end = strchr(member, ')')) == NULL)
		return (size_t)snprintf(buf, size, "%s", text);
	word = spp_word(member, (size_t)(end - member));
	if (word == NULL)
		return (size_t)snprintf(buf, size, "Invalid value (%.*s%s", (int)(end - member),
					member, end);
	return (size_t)snprintf(buf, size, "Invalid value (%s%s", word, end);
}

char *
spp_text_reply_error(const char *prefix, const struct spp_faults *faults, size_t *length)
{
	size_t size = (faults->nb + (size_t)1) * (SPP_ERROR_SIZE + 16), used;
	char *text = malloc(size);
	json_t *root;
	unsigned int i;

	if (text == NULL)
		return NULL;
	used = (size_t)snprintf(text, size, "%s", prefix);
	for (i = 0; i < faults->nb; i++) {
		if (i > 0)
			used += (size_t)snprintf(text + used, size - used, "; ");
		used += write_fault(text + used, size - used, &faults->items[i]);
	}
	root = json_pack("{s:[{s:s, s:{s:o}}]}", "results", "result", "error", "error_details",
			 "message", spp_json_string(text));
	free(text);
	return spp_text_reply_dump(root, length);
}
