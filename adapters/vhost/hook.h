/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Stands between a vhost socket and librte_vhost's handling of its messages: the guard's judgement
 * (vhost/guard.h), the descriptors (vhost/fd.h), memory that vanishes (vhost/bus.h). All on
 * librte_vhost's threads.
 */
#ifndef SPP_VHOST_HOOK_H
#define SPP_VHOST_HOOK_H

#include "vhost/port.h"

/**
 * A guest has connected to the port as device vid: watch what it says.
 * @param guest its connection, which takes the place of librte_vhost's
 * @return 0, or -1: refuse it
 */
int spp_vhost_hook_connection(struct spp_vhost *vhost, int vid, int guest);
/** Its connection is gone. */
void spp_vhost_hook_end(struct spp_vhost *vhost);

#endif
