/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Records on their way to who reads a capture: gathered, and sent when there are many or when there
 * are no more. Never waits longer than SPP_CAPTURE_READER_MS for a reader that takes nothing. Used
 * by a session's own thread.
 */
#ifndef SPP_CAPTURE_STREAM_H
#define SPP_CAPTURE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spp/capture.h"

/** Milliseconds a reader may take nothing before the capture ends: a disk may be slow. */
#define SPP_CAPTURE_READER_MS 30000

struct spp_capture_stream {
	int fd;           /**< a stream socket */
	const bool *stop; /**< atomic: give up waiting */
	int error;        /**< 0, or the errno for which nothing more is sent */
	size_t used;
	uint8_t buffer[256 * 1024];
};

/** Add a record and its bytes. False: the reader is gone, or takes nothing. */
bool spp_capture_stream_put(struct spp_capture_stream *stream,
			    const struct spp_capture_record *record, const void *bytes);
/** Send what is there. False: as above. */
bool spp_capture_stream_flush(struct spp_capture_stream *stream);

/** Receive exactly so many bytes within ms. 0, or -errno. */
int spp_capture_receive(int fd, void *to, size_t size, unsigned int ms);

#endif
