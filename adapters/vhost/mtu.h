/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Whether a guest's MTU fits ours. The guest's driver makes its receive buffers as long as the MTU
 * it was given (VIRTIO_NET_F_MTU, virtio 1.1, 5.1.3), Linux' at least 1,518 bytes and a header;
 * what is longer does not fit.
 */
#ifndef SPP_VHOST_MTU_H
#define SPP_VHOST_MTU_H

#include <rte_mempool.h>

#include "vhost/port.h"

/** A frame of this length takes one mbuf. */
bool spp_vhost_mtu_one_mbuf(uint32_t frame_max, const struct rte_mempool *mbufs);

/** Say when frames will be lost, and note it in the port. librte_vhost's thread, when the guest's
 * features are known, and when its MTU is. */
void spp_vhost_mtu_compare(struct spp_vhost *vhost);

#endif
