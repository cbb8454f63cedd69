/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The steps of a flush on the packet path: implements spp/dataplane.h. Control thread only.
 */
#ifndef SPP_STEPS_H
#define SPP_STEPS_H

#include "vf/dataplane.h"

/** ctx is a struct spp_dataplane. */
extern const struct spp_dataplane_ops spp_dataplane_ops;

/** Let go of what a flush could not and what has become free since: ports of a wiring that a worker
 * was slow to leave, vhosts whose guest has gone. Waits for nobody; called once a second, and when
 * a guest has gone. */
void spp_dataplane_settle(struct spp_dataplane *dp);

#endif
