/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Trusted guests: what they leave to us becomes marks (spp/dp/offload.h), and marks what
 * librte_vhost says to a guest that takes them. Worker.
 */
#ifndef SPP_VHOST_OFFLOAD_H
#define SPP_VHOST_OFFLOAD_H

#include "spp/dp/offload.h"

#include "vhost/port.h"

/** From librte_vhost: something was left to us; or the frame is longer than a frame may be. */
#define SPP_VHOST_CLAIMS (RTE_MBUF_F_RX_L4_CKSUM_MASK | RTE_MBUF_F_RX_LRO)

/**
 * The frame has claims: check them, and mark it.
 * @return SPP_DROP_NB, or why it has to be dropped
 */
enum spp_drop spp_vhost_offload_receive(const struct spp_vhost *vhost, struct rte_mbuf *m);

/**
 * The frame is marked: make it ready for librte_vhost. May put another one in its place. Once more
 * for one that is ready does no harm.
 * @return SPP_DROP_NB, or why it has to be dropped
 */
enum spp_drop spp_vhost_offload_send(const struct spp_vhost *vhost, struct rte_mbuf **pkt);

/** So few mbufs are left that trusted guests' frames have to wait where they are. */
bool spp_vhost_offload_must_wait(const struct spp_vhost *vhost);

#endif
