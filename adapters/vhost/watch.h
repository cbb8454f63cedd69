/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A guest that is connected and does not get on, looked at once a second: it says nothing, or
 * nothing of what it writes arrives, since its memory is not shared. Each is told once a
 * connection, and shown as long as it lasts.
 */
#ifndef SPP_VHOST_WATCH_H
#define SPP_VHOST_WATCH_H

#include "vhost/port.h"

/** One look. The door's thread. @return problems, as bits */
unsigned int spp_vhost_watch_look(struct spp_vhost *vhost, uint64_t now_ms);

/** Nobody looks into the memory of a guest whose rings are not published: wait until it is so.
 * librte_vhost's thread, before that memory goes. */
void spp_vhost_watch_wait(void);

#endif
