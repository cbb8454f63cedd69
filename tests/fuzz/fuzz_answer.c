/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a controller sends, JSON and text dialect: framing and answers over the fake data plane. A
 * NUL ends a segment, as recv() would. Every frame gets a reply.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "fake_dataplane.h"
#include "spp/limits.h"
#include "text/status_vf.h"

static struct fake fake;

static void
answer_all(const struct spp_service *service, struct spp_session *session, struct spp_frame *frame)
{
	enum spp_frame_kind kind;
	const char *message;
	size_t length, reply_length;
	char *reply;

	while ((kind = spp_frame_next(frame, &message, &length)) != SPP_FRAME_NONE) {
		fake.log[0] = '\0';
		reply = spp_answer(service, session, kind, message, length, &reply_length);
		if (reply == NULL || strlen(reply) != reply_length)
			abort();
		free(reply);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spp_text_cache cache = {0};
	struct spp_session session = {0};
	struct spp_service service = {
		.process_id = 1,
		.dataplane = &fake_ops,
		.dataplane_ctx = &fake,
		.text_cache = &cache,
	};
	const char *segment = (const char *)data, *end = segment + size;
	struct spp_frame frame;
	size_t part;

	memset(&fake, 0, sizeof(fake));
	fake_init(&fake);
	if (spp_txn_create(&fake_ops, &fake, NULL, &service.txn) < 0)
		abort();
	spp_frame_init(&frame, SPP_REQUEST_SIZE_MAX, SPP_REQUEST_DEPTH_MAX);
	for (; segment < end; segment += part + 1) {
		part = strnlen(segment, (size_t)(end - segment));
		if (part > 0 && spp_frame_push(&frame, segment, part) < 0)
			abort();
		answer_all(&service, &session, &frame);
	}
	spp_frame_fini(&frame);
	spp_txn_destroy(service.txn);
	spp_text_cache_fini(&cache);
	return 0;
}
