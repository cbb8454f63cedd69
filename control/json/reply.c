/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Encoding of JSON replies. See reply.h.
 */
#include "json/reply.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "json/json_text.h"

/** Indented by two; percentages need no more than four digits. */
#define REPLY_FLAGS (JSON_INDENT(2) | JSON_REAL_PRECISION(4))

struct spp_reply {
	json_t *results;
	json_t *extra; /**< top-level keys after results, in the order they came */
	bool failed;   /**< something did not fit in memory */
};

struct spp_reply *
spp_reply_create(void)
{
	struct spp_reply *reply = malloc(sizeof(*reply));

	if (reply == NULL)
		return NULL;
	*reply = (struct spp_reply){json_array(), json_object(), false};
	return reply;
}

static void
add_result(struct spp_reply *reply, json_t *result)
{
	if (json_array_append_new(reply->results, result) < 0)
		reply->failed = true;
}

static void
add_extra(struct spp_reply *reply, const char *key, json_t *value)
{
	if (json_object_set_new(reply->extra, key, value) < 0)
		reply->failed = true;
}

void
spp_reply_success(struct spp_reply *reply)
{
	add_result(reply, json_pack("{s:s}", "result", "success"));
}

void
spp_reply_flush(struct spp_reply *reply, const struct spp_flush_result *result)
{
	add_result(reply, json_pack("{s:s, s:I, s:i, s:i, s:i, s:i, s:I, s:I}", "result", "success",
				    "generation", (json_int_t)result->generation, "added",
				    (int)result->added, "changed", (int)result->changed, "moved",
				    (int)result->moved, "removed", (int)result->removed,
				    "commit_us", (json_int_t)result->commit_us, "retire_us",
				    (json_int_t)result->retire_us));
}

/** The place as seen from the whole message. */
static json_t *
fault_path(const struct spp_fault *fault, unsigned int k)
{
	char path[sizeof(fault->place) + 32];

	if (fault->place[0] != '\0' && fault->place[0] != '.')
		return spp_json_string(fault->place);
	snprintf(path, sizeof(path), "commands[%u]%s", k, fault->place);
	return spp_json_string(path);
}

/** The texts of all faults in one, for whoever shows only the message of a reply. */
static json_t *
join_texts(const struct spp_faults *faults)
{
	size_t size = faults->nb * sizeof(faults->items[0].err.text);
	char *text = malloc(size);
	json_t *string;
	size_t used = 0;
	unsigned int i;

	if (text == NULL)
		return NULL;
	for (i = 0; i < faults->nb; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? "; " : "",
					 faults->items[i].err.text);
	string = spp_json_string(text);
	free(text);
	return string;
}

static json_t *
error_result(const struct spp_faults *faults, unsigned int k)
{
	json_t *problems = NULL;
	unsigned int i;

	if (faults->nb > 1) {
		problems = json_array();
		for (i = 0; i < faults->nb; i++)
			json_array_append_new(problems,
					      json_pack("{s:o, s:o}", "message",
							spp_json_string(faults->items[i].err.text),
							"path", fault_path(&faults->items[i], k)));
	}
	return json_pack("{s:s, s:{s:o, s:o, s:o*}}", "result", "error", "error_details", "message",
			 join_texts(faults), "path", fault_path(&faults->items[0], k), "problems",
			 problems);
}

void
spp_reply_error(struct spp_reply *reply, unsigned int nb, unsigned int k,
		const struct spp_faults *faults)
{
	unsigned int i;

	json_array_clear(reply->results);
	json_object_clear(reply->extra);
	for (i = 0; i < nb; i++)
		add_result(reply, i == k ? error_result(faults, k)
					 : json_pack("{s:s}", "result", "invalid"));
}

void
spp_reply_process(struct spp_reply *reply, unsigned int process_id, const char *type)
{
	add_extra(reply, "process", json_integer(process_id));
	if (process_id != 0)
		add_extra(reply, "client_id", json_integer(process_id));
	add_extra(reply, "process_type", json_string(type));
}

void
spp_reply_info(struct spp_reply *reply, json_t *info)
{
	add_extra(reply, "info", info);
}

char *
spp_reply_finish(struct spp_reply *reply, size_t *length)
{
	json_t *root = json_pack("{s:O}", "results", reply->results);
	char *text = NULL;

	if (root != NULL && json_object_update(root, reply->extra) == 0 && !reply->failed)
		text = spp_json_text(root, REPLY_FLAGS, length);
	json_decref(root);
	json_decref(reply->results);
	json_decref(reply->extra);
	free(reply);
	return text;
}

char *
spp_reply_bad_format(const char *detail, const char *reason, size_t *length)
{
	char message[SPP_ERROR_SIZE + 32];
	json_t *root;
	char *text;

	snprintf(message, sizeof(message), "bad message format%s%s", detail != NULL ? ": " : "",
		 detail != NULL ? detail : "");
	root = json_pack("{s:[{s:s, s:{s:o, s:o*}}]}", "results", "result", "error",
			 "error_details", "message", spp_json_string(message), "reason",
			 reason != NULL ? spp_json_string(reason) : NULL);
	text = spp_json_text(root, REPLY_FLAGS, length);
	json_decref(root);
	return text;
}
