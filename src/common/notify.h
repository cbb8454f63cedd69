/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Tells systemd what the process is at, when systemd started it with Type=notify.
 *
 * The protocol is one datagram to the socket named by NOTIFY_SOCKET, documented as stable in
 * sd_notify(3), which asks programs that need nothing else of libsystemd not to link it: that
 * would put it, and the compression libraries it loads, into processes that map all of the guests'
 * memory.
 */
#ifndef SPP_NOTIFY_H
#define SPP_NOTIFY_H

#include <stdbool.h>

/** @param state "READY=1", "STOPPING=1". Nothing happens when nobody asked. Never blocks. */
void spp_notify(const char *state);

/** The service manager wants to hear "WATCHDOG=1" again and again (WatchdogSec=). */
bool spp_notify_is_watched(void);

#endif
