/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which virtio features a port offers: by its profile, what its guest is trusted with. And what
 * follows of those that the guest has taken.
 */
#ifndef SPP_VHOST_FEATURES_H
#define SPP_VHOST_FEATURES_H

#include "vhost/port.h"

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

/** Of those that librte_vhost has: the ones that are not offered. */
uint64_t spp_vhost_features_off(const struct spp_vhost *vhost);
/** Flags of rte_vhost_driver_register(). */
uint64_t spp_vhost_features_register(const struct spp_vhost *vhost);
/** A guest's rings are about to be used: it has taken these. */
void spp_vhost_features_taken(struct spp_vhost *vhost, uint64_t features);
/** It has gone. */
void spp_vhost_features_none(struct spp_vhost *vhost);

#endif
