/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A port as librte_vhost knows it: a "driver" on a socket of its own, with the features we offer.
 * Guests never see that socket: vhost/door.h.
 */
#ifndef SPP_VHOST_DRIVER_H
#define SPP_VHOST_DRIVER_H

#include "vhost/port.h"

/** Say what librte_vhost will call the port: sets inner. Before the port is in the register. */
int spp_vhost_driver_name(struct spp_vhost *vhost, struct spp_error *err);

/**
 * Register and start it; sets registered and door.bell. Its socket's file is gone when this
 * returns. What was done up to a failure is the caller's to undo (spp_vhost_destroy()).
 */
int spp_vhost_driver_start(struct spp_vhost *vhost, struct spp_error *err);

#endif
