/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Stands between a vhost socket and librte_vhost's handling of its messages: the guard's judgement
 * (vhost_guard.h), the descriptors (vhost_fd.h), memory that vanishes (vhost_bus.h). All on
 * librte_vhost's threads.
 */
#ifndef SPP_VHOST_HOOK_H
#define SPP_VHOST_HOOK_H

#include "vhost_port.h"

/** A guest has connected to the port as device vid: watch what it says. 0 or -1: refuse it. */
int spp_vhost_hook_connection(struct spp_vhost *vhost, int vid);
/** Its connection is gone. */
void spp_vhost_hook_end(struct spp_vhost *vhost);

#endif
