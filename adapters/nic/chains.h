/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Whether a NIC's frames may take more than one mbuf: spp_primary configures it so (setup.c), and a
 * spp_vf sends so (nic.c). Any thread.
 */
#ifndef NIC_CHAINS_H
#define NIC_CHAINS_H

#include <stdbool.h>

#include <rte_ether.h>
#include <rte_mbuf.h>

/**
 * Where this is false nobody makes chains: NICs do not scatter, librte_vhost is told not to
 * (adapters/vhost/vhost.c), and what changes a packet copies it into one. Then MULTI_SEGS is not
 * asked for: it costs i40e and ixgbe their fast tx. (A driver that chains all the same is dealt
 * with in nic.c.)
 *
 * @param mbufs what the NIC receives into
 * @param frame_max bytes of a frame with one VLAN tag, without CRC
 */
static inline bool
nic_needs_chains(struct rte_mempool *mbufs, uint32_t frame_max)
{
	return frame_max + RTE_VLAN_HLEN + RTE_PKTMBUF_HEADROOM > rte_pktmbuf_data_room_size(mbufs);
}

#endif
