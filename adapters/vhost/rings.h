/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which rings of a guest workers may use now. Librte_vhost's threads.
 */
#ifndef SPP_VHOST_RINGS_H
#define SPP_VHOST_RINGS_H

#include "vhost/port.h"

/**
 * Tell the workers: follows from the guest's state in the port (running, changes, ring_enabled). A
 * worker that is inside a ring at that moment may go on with it until its next quiescent state.
 */
void spp_vhost_publish_rings(struct spp_vhost *vhost);

#endif
