/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Server-sent events (WHATWG HTML, 9.2): the state, once an interval, the same bytes for every
 * viewer. Used by http; the functions of a viewer on libmicrohttpd's threads.
 *
 * A viewer that is slower than the interval leaves events out: it holds the one it is being sent,
 * and gets the newest after it. So what waits is bounded by the number of viewers.
 */
#ifndef SPP_MONITOR_STREAM_H
#define SPP_MONITOR_STREAM_H

#include <microhttpd.h>
#include <stdbool.h>

#include "monitor/places.h"
#include "monitor/text.h"

/** A response that streams events to this connection; NULL: there are too many viewers already. */
struct MHD_Response *monitor_stream_response(struct MHD_Connection *connection,
					     struct monitor_place *place);

/** Is anybody watching? If not, nobody need make the event. */
bool monitor_stream_wanted(void);
/** An event for all: text is taken over. */
void monitor_stream_publish(struct monitor_text *text);
/** All streams come to their end, those that come later as well. */
void monitor_stream_end(void);

#endif
