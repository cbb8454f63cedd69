/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What sppctl asks of spp_agent, and the answer when it is refused: the JSON between the two.
 *
 * Used by client. Knows nothing of connections. What a `change` says in detail, change.c reads.
 */
#ifndef SPP_AGENT_REQUEST_H
#define SPP_AGENT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spp/error.h"

/** Characters of a reason; a longer one is cut. */
#define AGENT_REASON_SIZE 256

enum agent_request_kind {
	AGENT_REQUEST_LS,      /**< who is connected */
	AGENT_REQUEST_STATUS,  /**< of one process */
	AGENT_REQUEST_SEND,    /**< a message follows, for one process */
	AGENT_REQUEST_HISTORY, /**< of one process or all */
	AGENT_REQUEST_CHANGE,  /**< of one process' wiring, in sppctl's words */
};

struct agent_request {
	enum agent_request_kind kind;
	unsigned int process_id; /**< whom it is for; not for LS */
	bool all;                /**< no process was named: HISTORY of all */
	uint64_t after;          /**< HISTORY: only entries with a higher number */
	unsigned int wait_ms;    /**< how long the sppctl waits for its answer; 0: not said */
	char reason[AGENT_REASON_SIZE]; /**< why, for the log; "": not said */
};

/** 0, or -EINVAL with text. */
int agent_request_parse(const char *text, size_t size, struct agent_request *out,
			struct spp_error *err);

/**
 * The answer to a request that is refused, malloc'ed; NULL: out of memory.
 * @param code "invalid" (the request is wrong), "refused" (not as things are) or "unreachable"
 */
char *agent_request_error(const char *code, const char *message);

#endif
