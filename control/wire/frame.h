/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Where one message ends and the next begins in the bytes of one connection.
 *
 * Used by serve/conn for requests, and by spp_agent and sppctl for requests and replies. Knows
 * nothing of sockets, of time or of what a message means; never blocks; looks at each byte once.
 */
#ifndef SPP_CONTROL_FRAME_H
#define SPP_CONTROL_FRAME_H

#include <stdbool.h>
#include <stddef.h>

enum spp_frame_kind {
	SPP_FRAME_NONE, /**< no whole message yet: push more */
	SPP_FRAME_JSON, /**< from `{` to the closer that ends it; may still not be valid JSON */
	SPP_FRAME_TEXT, /**< up to a newline, a `{`, or the end of what was pushed */
	SPP_FRAME_BAD,  /**< a limit was exceeded; data is the reason */
};

struct spp_frame {
	char *bytes;
	size_t size;     /**< allocated */
	size_t start;    /**< first byte not yet handed out */
	size_t scanned;  /**< first byte not yet looked at */
	size_t end;      /**< one past the last byte pushed */
	size_t size_max; /**< of one message */
	unsigned int depth;
	unsigned int depth_max;
	bool in_string;
	bool escaped;
	const char *reason; /**< why the message being read will be refused, or NULL */
	char limit_text[64];
};

/** What one who may only look can have to say: reading more would keep others waiting. */
#define SPP_LOOK_SIZE_MAX  4096
#define SPP_LOOK_DEPTH_MAX 8

/** @param size_max bytes and @param depth_max nesting levels one message may have */
void spp_frame_init(struct spp_frame *frame, size_t size_max, unsigned int depth_max);
void spp_frame_fini(struct spp_frame *frame);

/**
 * Append what one recv() returned, after spp_frame_next() has said NONE: a text request ends where
 * a segment does. 0 or -ENOMEM.
 */
int spp_frame_push(struct spp_frame *frame, const char *data, size_t length);

/**
 * The next whole message. data points into the frame (not NUL-terminated, but for BAD) and is good
 * until the next call with this frame.
 */
enum spp_frame_kind spp_frame_next(struct spp_frame *frame, const char **data, size_t *length);

/** The message that has begun will be refused: too long, or nested too deep. */
bool spp_frame_refused(const struct spp_frame *frame);

/** Bytes of an unfinished message were pushed. */
bool spp_frame_partial(const struct spp_frame *frame);

/** Forget everything pushed and start anew (silence after half a message). */
void spp_frame_reset(struct spp_frame *frame);

#endif
