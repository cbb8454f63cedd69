/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A connection on which we ask and the other side answers: one request at a time, strictly one
 * reply for each, each of them one JSON message.
 *
 * Used by peer. Knows nothing of processes, nor of what is asked. It only says what happened: a
 * reply, or what is wrong (a late reply, one too many, something that is no JSON); who uses it
 * closes it then, so that both sides start clean.
 */
#ifndef SPP_AGENT_EXCHANGE_H
#define SPP_AGENT_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/out.h"
#include "spp/error.h"
#include "wire/frame.h"

struct agent_exchange {
	int fd;
	struct spp_frame frame;
	bool busy; /**< a request is under way */
	struct agent_out request;
	size_t request_size;
	uint64_t started_ms, deadline_ms; /**< of the request under way, or of the last one */
};

/** Begin with a connected, non-blocking socket, which is taken over. */
void agent_exchange_open(struct agent_exchange *exchange, int fd);

/** Close the socket. What was received stays readable until agent_exchange_free(). */
void agent_exchange_close(struct agent_exchange *exchange);
void agent_exchange_free(struct agent_exchange *exchange);

/**
 * Send a request; none may be under way.
 * @param request   its memory is taken over
 * @param reply_max bytes the reply may have
 * @return 0, or -errno with text: the connection is lost
 */
int agent_exchange_ask(struct agent_exchange *exchange, struct agent_out request, size_t reply_max,
		       uint64_t timeout_ms, struct spp_error *err);

/** The poll(2) events to wait for. */
short agent_exchange_events(const struct agent_exchange *exchange);

/** Send and receive what the socket is ready for. 0, or -errno with text: it is lost. */
int agent_exchange_serve(struct agent_exchange *exchange, short revents, struct spp_error *err);

/**
 * The reply, if it is there whole. To be called until it says 0 or less: before all that was
 * received has been looked at, the next request must not leave, or else a second reply to this one
 * would pass for the reply to the next.
 * @param reply good until the next call
 * @return 1: the reply to the request that was under way; 0: none yet; -errno with text: what came
 *         is not what was asked for
 */
int agent_exchange_next(struct agent_exchange *exchange, const char **reply, size_t *size,
			struct spp_error *err);

#endif
