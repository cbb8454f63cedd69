/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The register of vhost ports: the way from librte_vhost's device ids and paths, which are all that
 * its callbacks bring, back to the port. A lock inside: any thread but a worker.
 */
#ifndef SPP_VHOST_REGISTER_H
#define SPP_VHOST_REGISTER_H

#include "vhost/port.h"

/** Put a new port into the register; fails when its number or path is taken. */
int spp_vhost_enter(struct spp_vhost *vhost, struct spp_error *err);
void spp_vhost_leave(struct spp_vhost *vhost);

/** The port whose guest has this device id, or NULL. */
struct spp_vhost *spp_vhost_find_by_vid(int vid);
/** The port that librte_vhost calls so (spp_vhost.inner), or NULL. */
struct spp_vhost *spp_vhost_find_by_inner(const char *inner);
/** A guest has come to the port, or (-1) gone. */
void spp_vhost_set_vid(struct spp_vhost *vhost, int vid);

#endif
