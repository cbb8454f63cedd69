/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What is sent: made once for each look, whoever asks and however often, and compressed once. Used
 * by http; any thread.
 */
#ifndef SPP_MONITOR_BODIES_H
#define SPP_MONITOR_BODIES_H

#include <microhttpd.h>
#include <stdbool.h>

#include "monitor/watch.h"

enum monitor_body {
	MONITOR_BODY_OPENMETRICS,
	MONITOR_BODY_TEXT, /**< text format 0.0.4 */
	MONITOR_BODY_STATE,
	MONITOR_BODY_HISTORY,
	MONITOR_BODY_NB,
};

struct monitor_bodies;

/** NULL: out of memory. */
struct monitor_bodies *monitor_bodies_create(struct monitor_watch *watch);
void monitor_bodies_destroy(struct monitor_bodies *bodies);

/** Of the last look. The caller destroys it. NULL: out of memory. */
struct MHD_Response *monitor_body_get(struct monitor_bodies *bodies, enum monitor_body kind,
				      bool gzip);
/**
 * A file of the page, or the word that the client has it. The caller destroys it.
 * @param etag of the client's copy, or NULL @param code of the answer
 * @return NULL: there is none of that path
 */
struct MHD_Response *monitor_body_asset(const char *path, const char *etag, bool gzip,
					unsigned int *code);

/** The headers every answer has. @param gzip it is compressed */
void monitor_body_headers(struct MHD_Response *response, const char *type, bool gzip);

#endif
