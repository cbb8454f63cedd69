/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One text command to spp_pcap, one reply. Used by answer (text.c).
 */
#ifndef SPP_CONTROL_TEXT_PCAP_H
#define SPP_CONTROL_TEXT_PCAP_H

#include <stddef.h>

#include "answer/service.h"
#include "text/request.h"

/** @return the reply, for free(), or NULL: out of memory */
char *spp_text_pcap(const struct spp_service *service, struct spp_session *session,
		    const struct spp_text *text, size_t *reply_length);

#endif
