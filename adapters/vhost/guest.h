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

/** librte_vhost moves at most this many packets a call. */
#define SPP_VHOST_BURST_MAX 32

/**
 * A guest may lie about how many buffers it made available, and librte_vhost believes it: the used
 * entries of one call then do not fit where it collects them, in hugepages that all processes
 * share. One call takes at most SPP_VHOST_BURST_MAX packets, which always fit
 * (SPP_GUARD_RING_SIZE_MIN) when a packet takes one buffer; with mergeable buffers, where it takes
 * as many as the guest likes, one packet.
 */
#define SPP_VHOST_BURST_MERGEABLE 1

#endif
