/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Asking the control part without sockets. See ask.h.
 */
#include "ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "unit.h"

int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	fake_init(&b->fake);
	b->service.process_id = 1;
	b->service.dataplane = &fake_ops;
	b->service.dataplane_ctx = &b->fake;
	b->service.text_cache = &b->cache;
	spp_frame_init(&b->frame, SPP_REQUEST_SIZE_MAX, SPP_REQUEST_DEPTH_MAX);
	*state = b;
	return spp_txn_create(&fake_ops, &b->fake, NULL, &b->service.txn);
}

int
tear_down(void **state)
{
	struct bench *b = *state;

	spp_txn_destroy(b->service.txn);
	spp_frame_fini(&b->frame);
	spp_text_cache_fini(&b->cache);
	free(b->reply);
	free(b);
	return 0;
}

const char *
raw(struct bench *b, enum spp_origin origin, const char *bytes, size_t length)
{
	enum spp_frame_kind kind;
	size_t size, reply_length = 0;
	const char *data;

	free(b->reply);
	b->reply = NULL;
	b->session.origin = origin;
	assert_int_equal(spp_frame_push(&b->frame, bytes, length), 0);
	kind = spp_frame_next(&b->frame, &data, &size);
	assert_int_not_equal(kind, SPP_FRAME_NONE);
	b->reply = spp_answer(&b->service, &b->session, kind, data, size, &reply_length);
	assert_non_null(b->reply);
	assert_int_equal(strlen(b->reply), reply_length);
	assert_int_equal(spp_frame_next(&b->frame, &data, &size), SPP_FRAME_NONE);
	return b->reply;
}

const char *
ask_from(struct bench *b, enum spp_origin origin, const char *message)
{
	json_t *root = json_loads(raw(b, origin, message, strlen(message)), 0, NULL);
	json_t *result, *text;
	size_t i, used = 0;

	assert_non_null(root);
	b->text[0] = '\0';
	json_array_foreach (json_object_get(root, "results"), i, result) {
		text = json_object_get(result, "result");
		if (json_object_get(result, "error_details") != NULL)
			text = json_object_get(json_object_get(result, "error_details"), "message");
		used += (size_t)snprintf(b->text + used, sizeof(b->text) - used, "%s%s",
					 i > 0 ? "|" : "", json_string_value(text));
	}
	json_decref(root);
	return b->text;
}

const char *
ask(struct bench *b, const char *message)
{
	return ask_from(b, SPP_FROM_CONTROLLER, message);
}

const char *
info(struct bench *b, const char *member)
{
	json_t *root = json_loads(b->reply, 0, NULL);
	char *dump = json_dumps(json_object_get(json_object_get(root, "info"), member),
				JSON_COMPACT | JSON_ENCODE_ANY);

	snprintf(b->text, sizeof(b->text), "%s", dump != NULL ? dump : "(none)");
	free(dump);
	json_decref(root);
	return b->text;
}

const char *
status(struct bench *b, const char *member)
{
	ask(b, "{\"commands\":[{\"command\":\"status\"}]}");
	return info(b, member);
}
