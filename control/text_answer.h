/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One text command in, one reply out: what SPP's own controllers speak.
 *
 * Used by answer. A command is applied at once, unless the connection has used `cancel` or `flush`:
 * then it is staged until `flush`, as SPP itself did it in its first versions.
 */
#ifndef SPP_CONTROL_TEXT_ANSWER_H
#define SPP_CONTROL_TEXT_ANSWER_H

#include <stddef.h>

#include "service.h"
#include "text.h"

/** @return the reply, for free(), or NULL: out of memory */
char *spp_text_answer(const struct spp_service *service, struct spp_session *session,
		      const char *data, size_t length, size_t *reply_length);

/** The same for spp_primary (text_primary.c), which takes other commands. */
char *spp_text_primary(const struct spp_service *service, struct spp_session *session,
		       const struct spp_text *text, size_t *reply_length);

#endif
