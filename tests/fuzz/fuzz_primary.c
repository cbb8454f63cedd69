/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a controller sends to spp_primary, JSON and text dialect. A NUL ends a segment, as recv()
 * would. Every frame gets a reply.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "spp/limits.h"
#include "wire/frame.h"

static void
host_status(void *ctx, struct spp_host_status *out)
{
	memset(out, 0, sizeof(*out));
	out->nb_lcores = 2;
	out->lcores[1] = 1;
	out->nb_nics = 1;
	out->nb_rings = 4;
	out->nb_vfs = 1;
	out->vfs[0].state = SPP_VF_RUNNING;
	out->vfs[0].process_id = 1;
}

static void
host_clear(void *ctx)
{
}

static uint64_t
host_now_us(void *ctx)
{
	return 0;
}

static void
log_nothing(int priority, const char *line)
{
	if (strchr(line, '\n') != NULL)
		abort();
}

static const struct spp_host_ops host_ops = {
	.status = host_status,
	.clear = host_clear,
	.now_us = host_now_us,
};

static void
answer_all(const struct spp_service *service, struct spp_session *session, struct spp_frame *frame)
{
	enum spp_frame_kind kind;
	const char *message;
	size_t length, reply_length;
	char *reply;

	while ((kind = spp_frame_next(frame, &message, &length)) != SPP_FRAME_NONE) {
		reply = spp_answer(service, session, kind, message, length, &reply_length);
		if (reply == NULL || strlen(reply) != reply_length)
			abort();
		free(reply);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct spp_service service = {.host = &host_ops, .log = log_nothing};
	const char *segment = (const char *)data, *end = segment + size;
	struct spp_session session = {0};
	struct spp_frame frame;
	size_t part;

	spp_frame_init(&frame, SPP_REQUEST_SIZE_MAX, SPP_REQUEST_DEPTH_MAX);
	for (; segment < end; segment += part + 1) {
		part = strnlen(segment, (size_t)(end - segment));
		if (part > 0 && spp_frame_push(&frame, segment, part) < 0)
			abort();
		answer_all(&service, &session, &frame);
	}
	spp_frame_fini(&frame);
	return 0;
}
