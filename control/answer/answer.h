/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One message in, one reply out.
 *
 * Used by serve/conn, for each message of a connection. Decodes it, has it carried out, and writes
 * the reply, in the dialect it came in; knows no sockets, and of JSON only its own functions.
 */
#ifndef SPP_CONTROL_ANSWER_H
#define SPP_CONTROL_ANSWER_H

#include <stddef.h>

#include "answer/service.h"
#include "wire/frame.h"

/** @param kind not SPP_FRAME_NONE @return the reply, for free(), or NULL: out of memory */
char *spp_answer(const struct spp_service *service, struct spp_session *session,
		 enum spp_frame_kind kind, const char *data, size_t length, size_t *reply_length);

/** The reply to half a message followed by silence. */
char *spp_answer_silence(size_t *reply_length);

#endif
