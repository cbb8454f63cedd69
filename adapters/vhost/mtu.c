/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See vhost/mtu.h.
 */
#include "vhost/mtu.h"

#include <syslog.h>

#include <linux/virtio_net.h>
#include <rte_mbuf.h>

/* Ethernet header and one VLAN tag. */
#define OVERHEAD 18u
/* Up to this every Linux guest has room. */
#define MTU_USUAL 1500u

#define FEATURE(name) (1ULL << VIRTIO_NET_F_##name)

bool
spp_vhost_mtu_one_mbuf(uint32_t frame_max, const struct rte_mempool *mbufs)
{
	return frame_max + RTE_PKTMBUF_HEADROOM <=
	       rte_pktmbuf_data_room_size((struct rte_mempool *)mbufs);
}

bool
spp_vhost_needs_host_mtu(uint32_t frame_max, const struct rte_mempool *mbufs)
{
	return frame_max > MTU_USUAL + OVERHEAD && spp_vhost_mtu_one_mbuf(frame_max, mbufs);
}

void
spp_vhost_mtu_compare(struct spp_vhost *vhost)
{
	uint64_t features = vhost->guard.features;
	unsigned int ours = vhost->frame_max - OVERHEAD, its = vhost->guard.mtu;
	/* mergeable: a frame takes as many buffers as it needs */
	bool small = ours > MTU_USUAL && (features & FEATURE(MRG_RXBUF)) == 0;
	bool unknown = small && its == 0 && (features & FEATURE(MTU)) == 0;
	bool differs = its > ours || (small && its != 0 && its < ours) || unknown;

	__atomic_store_n(&vhost->said.mtu_differs, differs, __ATOMIC_RELAXED);
	if (unknown)
		spp_vhost_log_line(
			&vhost->log, LOG_WARNING,
			"the guest was given no MTU: its buffers may be too small for frames "
			"above %u bytes, which are dropped then (buffer_small): host_mtu=%u "
			"(qemu; libvirt's <mtu size='%u'/>: docs/vhost.md)",
			MTU_USUAL + OVERHEAD, ours, ours);
	else if (its > ours)
		spp_vhost_log_line(&vhost->log, LOG_WARNING,
				   "the guest's MTU is %u, ours %u: its longer frames are dropped "
				   "(too_big): host_mtu=%u, or spp_primary with --mtu %u",
				   its, ours, ours, its);
	else if (differs)
		spp_vhost_log_line(
			&vhost->log, LOG_WARNING,
			"the guest's MTU is %u, ours %u: longer frames for it may be dropped "
			"(buffer_small): host_mtu=%u",
			its, ours, ours);
}
