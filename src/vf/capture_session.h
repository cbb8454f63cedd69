/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One capture: a connection, and the thread that serves it. It reads what is asked for, checks it,
 * has the control thread put taps at the ports, and sends what comes by until the reader ends, the
 * process ends, or the reader takes nothing any more. Made and joined by capture.c.
 */
#ifndef SPP_CAPTURE_SESSION_H
#define SPP_CAPTURE_SESSION_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "spp/capture.h"
#include "spp/dataplane.h"
#include "spp/error.h"

#include "packet/tap.h"

struct spp_capture_stream;

struct spp_capture_session {
	/* set by who makes it */
	unsigned int slot; /**< below SPP_CAPTURE_MAX */
	int fd;            /**< of the connection; the session closes it */
	uint32_t uid;      /**< of who connected */
	int32_t pid;
	const struct spp_inventory *inventory; /**< what does not change after the start is read */
	uint64_t tsc_hz;
	/**
	 * Have the workers copy for it, or (false) no more: then no worker uses the sink any longer
	 * when it returns. Waits for the control thread.
	 */
	int (*turn)(struct spp_capture_session *session, bool on, struct spp_error *err);
	const bool *stop; /**< the process ends. Atomic */
	bool *tracing;    /**< one of all traces. Atomic */
	void *arg;        /**< the maker's */
	/* the session's own */
	pthread_t thread;
	struct spp_capture_request what; /**< valid while the sink is turned on */
	bool has_tracing;                /**< it is ours */
	bool is_late;                    /**< a trace: it has had SPP_TRACE_SECONDS_MAX */
	struct spp_capture_insn *filter;
	struct spp_tap_sink *sink;
	struct spp_capture_stream *stream;
	struct spp_capture_counts told[2 * SPP_PORT_ID_MAX]; /**< counts as last sent */
};

/** From connection to end, on the calling thread. */
void spp_capture_session_run(struct spp_capture_session *session);

/** Packets it has seen and lost so far. Any thread, while its sink is turned on. */
struct spp_capture_counts spp_capture_session_counts(const struct spp_capture_session *session);

#endif
