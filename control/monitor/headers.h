/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What request headers say: which host, which format. Pure; used by http.
 */
#ifndef SPP_MONITOR_HEADERS_H
#define SPP_MONITOR_HEADERS_H

#include <stdbool.h>

#include "monitor/options.h"

/**
 * May a Host header say this? An address, "localhost", or a name of --host, each with or without a
 * port: a page of somebody else's whose name was made to lead to us (DNS rebinding) has another.
 * @param host NULL: there is none (HTTP/1.0)
 */
bool monitor_header_host(const struct monitor_options *options, const char *host);

/** Does an Accept header prefer OpenMetrics to text format 0.0.4? (RFC 9110, 12.5.1) */
bool monitor_header_openmetrics(const char *accept);
/** Does an Accept-Encoding header take gzip? (RFC 9110, 12.5.3) */
bool monitor_header_gzip(const char *accept_encoding);

#endif
