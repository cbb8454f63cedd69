/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Requests and replies over UNIX sockets, many at once, each within a deadline of its own. Used by
 * sppctl and spp_monitor; knows nothing of what is asked.
 */
#ifndef SPP_ASK_EXCHANGE_H
#define SPP_ASK_EXCHANGE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "spp/error.h"

/** One request, which gets one reply: a JSON object. */
struct spp_exchange {
	const char *path, *request;
	size_t size; /**< of the request */
	uint64_t timeout_ms;

	/* What became of it. */
	json_t *reply; /**< NULL: see ret */
	/** 0, or -errno with text; -ENOENT and -ECONNREFUSED: nobody listens there, -EACCES: we may
	 * not ask, -ETIMEDOUT: it does not answer. */
	int ret;
	pid_t pid; /**< who listens there; 0: not known */
	struct spp_error err;
};

/** All at once: it takes as long as the slowest of them, at most the longest timeout. */
void spp_exchange_all(struct spp_exchange *exchanges, size_t nb);

/** One of them. @return its ret */
int spp_exchange_one(struct spp_exchange *exchange);

#endif
