/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A guest comes, starts its rings, stops them, goes: what librte_vhost calls then, on its threads.
 */
#ifndef SPP_VHOST_GUEST_H
#define SPP_VHOST_GUEST_H

#include <rte_vhost.h>

/** For rte_vhost_driver_callback_register(). */
extern const struct rte_vhost_device_ops spp_vhost_guest_ops;

#endif
