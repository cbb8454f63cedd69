/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What spp_agent reads of a process' reply: who it is, and whether it did what was asked.
 *
 * Used by peer. Knows nothing of connections.
 */
#ifndef SPP_AGENT_REPLY_H
#define SPP_AGENT_REPLY_H

#include <stddef.h>

#include "spp/error.h"

/** Read the answer to `process`. @param type as spp_process_type() @return 0, or -EINVAL with text.
 */
int agent_reply_identity(const char *reply, size_t size, unsigned int *process_id,
			 const char **type, struct spp_error *err);

/** Result of any reply: 0 success, 1 error (err: its message), -EINVAL not a reply. */
int agent_reply_result(const char *reply, size_t size, struct spp_error *err);

#endif
