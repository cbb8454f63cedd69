/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Bytes on their way out. See out.h.
 */
#include "agent/out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int
agent_out_flush(struct agent_out *out, int fd)
{
	while (agent_out_pending(out)) {
		ssize_t n = send(fd, out->data + out->sent, out->size - out->sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EWOULDBLOCK ? -EAGAIN : -errno;
		out->sent += (size_t)n;
	}
	return 0;
}

void
agent_out_reset(struct agent_out *out)
{
	free(out->data);
	memset(out, 0, sizeof(*out));
}
