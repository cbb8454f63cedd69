/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One text command to a spp_vf or spp_primary, one reply: what SPP's own controllers speak.
 *
 * Used by answer. A command is applied at once, unless the connection has used `cancel` or `flush`:
 * then it is staged until `flush`, as SPP itself did it in its first versions.
 */
#ifndef SPP_CONTROL_TEXT_ANSWER_H
#define SPP_CONTROL_TEXT_ANSWER_H

#include <stddef.h>

#include "answer/service.h"

/** @return the reply, for free(), or NULL: out of memory */
char *spp_text_answer(const struct spp_service *service, struct spp_session *session,
		      const char *data, size_t length, size_t *reply_length);

#endif
