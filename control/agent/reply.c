/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Reads replies. See reply.h.
 */
#include "agent/reply.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "spp/limits.h"

#include "change/process.h"
#include "json/load.h"

int
agent_reply_identity(const char *reply, size_t size, unsigned int *process_id, const char **type,
		     struct spp_error *err)
{
	json_error_t where;
	json_t *root = spp_json_load(reply, size, 0, &where);
	const json_t *id;
	const char *said;
	json_int_t value;
	bool primary;

	if (root == NULL)
		return spp_error(err, EINVAL, "its answer to `process` is not JSON: %s",
				 where.text);
	id = json_object_get(root, "process");
	said = json_string_value(json_object_get(root, "process_type"));
	value = json_integer_value(id);
	/* A process that gives no type is told by its number. */
	primary = said != NULL ? strcmp(said, "primary") == 0 : value == 0;
	if (!json_is_integer(id) || value < 0 || value > SPP_PROCESS_ID_MAX ||
	    primary != (value == 0)) {
		json_decref(root);
		return spp_error(err, EINVAL,
				 "its answer to `process` has no usable \"process\" (0 for the "
				 "primary, 1 to %d for a vf)",
				 SPP_PROCESS_ID_MAX);
	}
	*process_id = (unsigned int)value;
	*type = spp_process_type(*process_id, said);
	json_decref(root);
	return 0;
}

int
agent_reply_result(const char *reply, size_t size, struct spp_error *err)
{
	json_error_t where;
	json_t *root = spp_json_load(reply, size, 0, &where), *results, *result;
	int ret = 0;
	size_t i;

	if (root == NULL)
		return spp_error(err, EINVAL, "%s", where.text);
	results = json_object_get(root, "results");
	if (json_array_size(results) == 0) {
		snprintf(err->text, sizeof(err->text), "the reply has no \"results\"");
		ret = 1;
	}
	json_array_foreach (results, i, result) {
		const char *text = json_string_value(json_object_get(result, "result"));
		const char *message = json_string_value(
			json_object_get(json_object_get(result, "error_details"), "message"));

		if (text != NULL && strcmp(text, "success") == 0)
			continue;
		ret = 1;
		if (message == NULL && text != NULL && strcmp(text, "invalid") == 0)
			continue; /* not carried out because another one is wrong */
		snprintf(err->text, sizeof(err->text), "command %zu: %s", i + 1,
			 message != NULL ? message : "error without a message");
		break;
	}
	json_decref(root);
	return ret;
}
