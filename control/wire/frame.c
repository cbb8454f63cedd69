/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Finds the end of a message by counting brackets, outside of strings. See frame.h.
 *
 * Whether the message is good JSON is for its decoder to say. What is not has an end here too, so
 * that it costs one error reply and not the connection: ] closes a { as well, and a newline ends a
 * string (JSON allows none in it), so that a quote too many spoils the rest of its line only.
 */
#include "wire/frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Bytes kept allocated for a connection that has nothing to say. */
#define FRAME_KEEP_SIZE 4096

void
spp_frame_init(struct spp_frame *frame, size_t size_max, unsigned int depth_max)
{
	memset(frame, 0, sizeof(*frame));
	frame->size_max = size_max;
	frame->depth_max = depth_max;
}

void
spp_frame_fini(struct spp_frame *frame)
{
	free(frame->bytes);
	spp_frame_init(frame, frame->size_max, frame->depth_max);
}

void
spp_frame_reset(struct spp_frame *frame)
{
	frame->start = frame->scanned = frame->end = 0;
	frame->depth = 0;
	frame->in_string = frame->escaped = false;
	frame->reason = NULL;
}

bool
spp_frame_partial(const struct spp_frame *frame)
{
	return frame->depth > 0;
}

bool
spp_frame_refused(const struct spp_frame *frame)
{
	return frame->reason != NULL;
}

static void
frame_drop_front(struct spp_frame *frame, size_t upto)
{
	memmove(frame->bytes, frame->bytes + upto, frame->end - upto);
	frame->end -= upto;
	frame->scanned -= upto;
	frame->start = 0;
}

int
spp_frame_push(struct spp_frame *frame, const char *data, size_t length)
{
	size_t size = frame->size > 0 ? frame->size : FRAME_KEEP_SIZE;
	char *bytes;

	if (frame->start == frame->end && frame->size > FRAME_KEEP_SIZE &&
	    length <= FRAME_KEEP_SIZE) {
		free(frame->bytes);
		frame->bytes = NULL;
		frame->size = 0;
		size = FRAME_KEEP_SIZE;
		frame->start = frame->scanned = frame->end = 0;
	}
	if (frame->start > 0)
		frame_drop_front(frame, frame->start);
	while (size - frame->end < length)
		size *= 2;
	if (size != frame->size) {
		bytes = realloc(frame->bytes, size);
		if (bytes == NULL)
			return -ENOMEM;
		frame->bytes = bytes;
		frame->size = size;
	}
	memcpy(frame->bytes + frame->end, data, length);
	frame->end += length;
	return 0;
}

static bool
frame_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/** Look at one byte of a JSON message; true when it is the message's last. */
static bool
frame_scan_byte(struct spp_frame *frame, char c)
{
	if (frame->in_string) {
		if (frame->escaped)
			frame->escaped = false;
		else if (c == '\\')
			frame->escaped = true;
		else if (c == '"')
			frame->in_string = false;
		if (c == '\n')
			frame->in_string = frame->escaped = false;
		return false;
	}
	switch (c) {
	case '"':
		frame->in_string = true;
		return false;
	case '{':
	case '[':
		if (++frame->depth > frame->depth_max && frame->reason == NULL) {
			snprintf(frame->limit_text, sizeof(frame->limit_text),
				 "message is nested deeper than %u levels", frame->depth_max);
			frame->reason = frame->limit_text;
		}
		return false;
	case '}':
	case ']':
		return --frame->depth == 0;
	default:
		return false;
	}
}

static enum spp_frame_kind
frame_next_text(struct spp_frame *frame, const char **data, size_t *length)
{
	size_t end = frame->start;

	while (end < frame->end && frame->bytes[end] != '\n' && frame->bytes[end] != '{')
		end++;
	*data = frame->bytes + frame->start;
	*length = end - frame->start;
	frame->start = frame->scanned = end;
	return SPP_FRAME_TEXT;
}

/** The message ended at `scanned`: hand it out, or the reason why it is refused. */
static enum spp_frame_kind
frame_finish(struct spp_frame *frame, const char **data, size_t *length)
{
	const char *reason = frame->reason;

	*data = frame->bytes + frame->start;
	*length = frame->scanned - frame->start;
	frame->start = frame->scanned;
	frame->reason = NULL;
	if (reason == NULL)
		return SPP_FRAME_JSON;
	*data = reason;
	*length = strlen(reason);
	return SPP_FRAME_BAD;
}

enum spp_frame_kind
spp_frame_next(struct spp_frame *frame, const char **data, size_t *length)
{
	bool whole = false;

	if (frame->depth == 0) {
		while (frame->start < frame->end && frame_is_blank(frame->bytes[frame->start]))
			frame->start++;
		frame->scanned = frame->start;
		if (frame->start == frame->end)
			return SPP_FRAME_NONE;
		if (frame->bytes[frame->start] != '{')
			return frame_next_text(frame, data, length);
	}
	while (frame->scanned < frame->end && !whole)
		whole = frame_scan_byte(frame, frame->bytes[frame->scanned++]);
	if (frame->scanned - frame->start > frame->size_max && frame->reason == NULL) {
		snprintf(frame->limit_text, sizeof(frame->limit_text),
			 "message is longer than %zu bytes", frame->size_max);
		frame->reason = frame->limit_text;
	}
	if (whole)
		return frame_finish(frame, data, length);
	/* Of a message that will be refused only the end is looked for: its bytes go. */
	if (frame->reason != NULL)
		frame->start = frame->scanned;
	return SPP_FRAME_NONE;
}
