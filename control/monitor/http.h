/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Answers HTTP: which request gets what. On threads of libmicrohttpd, one a listener; nothing is
 * asked of a process because of a request.
 */
#ifndef SPP_MONITOR_HTTP_H
#define SPP_MONITOR_HTTP_H

#include "monitor/listen.h"
#include "monitor/options.h"
#include "monitor/watch.h"

struct monitor_http;

/**
 * Begin to answer. The descriptors of the listeners belong to it from now on.
 * @param options, watch stay as they are until it is stopped
 */
int monitor_http_start(const struct monitor_options *options, struct monitor_watch *watch,
		       const struct monitor_listener *listeners, unsigned int nb,
		       struct monitor_http **out, struct spp_error *err);
/** The model is new: viewers are told. Ends connections whose time is over. */
void monitor_http_tick(struct monitor_http *http);
/** Every connection ends. NULL is fine. */
void monitor_http_stop(struct monitor_http *http);

#endif
