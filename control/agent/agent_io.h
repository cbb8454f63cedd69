/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Small helpers of spp_agent: time, log lines, addresses as text, bytes on their way out.
 */
#ifndef SPP_AGENT_IO_H
#define SPP_AGENT_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/** "[IPv6]:65535". */
#define AGENT_ADDRESS_SIZE 128

/** Bytes on their way out; data is malloc'ed and freed by agent_out_reset(). */
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

/** Milliseconds, monotonic. */
uint64_t agent_now_ms(void);

/** "127.0.0.1:5555", "[::1]:5555". */
void agent_address_text(const struct sockaddr *sa, socklen_t size, char *text, size_t text_size);

/** One line to stderr; priority is a syslog level (LOG_NOTICE ...). */
__attribute__((format(printf, 2, 3))) void agent_log(int priority, const char *fmt, ...);
/** A warning that a stranger can cause: at most 20 lines a second, the rest is counted. */
__attribute__((format(printf, 1, 2))) void agent_log_stranger(const char *fmt, ...);

#endif
