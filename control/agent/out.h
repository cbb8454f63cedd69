/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Bytes on their way out of spp_agent, to a socket that may take them in pieces.
 *
 * Used for requests to processes and for replies to sppctl. Knows nothing of what the bytes mean.
 */
#ifndef SPP_AGENT_OUT_H
#define SPP_AGENT_OUT_H

#include <stdbool.h>
#include <stddef.h>

/** data is malloc'ed, and freed by agent_out_reset(). All zero: nothing. */
struct agent_out {
	char *data;
	size_t size, sent;
};

/** Write what the socket takes. 0: all is out, -EAGAIN: more later, else -errno. */
int agent_out_flush(struct agent_out *out, int fd);

void agent_out_reset(struct agent_out *out);

static inline bool
agent_out_pending(const struct agent_out *out)
{
	return out->sent < out->size;
}

#endif
