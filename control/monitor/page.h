/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The files of the live page, as they stand in control/monitor/page/: put into the program by
 * page/embed.py when it is built. Used by http.
 */
#ifndef SPP_MONITOR_PAGE_H
#define SPP_MONITOR_PAGE_H

#include <stddef.h>

struct monitor_asset {
	const char *path; /**< of the request, "/" for the page itself */
	const char *type; /**< Content-Type */
	const char *etag; /**< with its quotes; changes with the bytes */
	const unsigned char *bytes, *gzip;
	size_t size, gzip_size;
};

/** Ends with one whose path is NULL. */
extern const struct monitor_asset monitor_assets[];

#endif
