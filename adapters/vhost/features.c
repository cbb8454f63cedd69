/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See features.h.
 */
#include "vhost/features.h"

#include <linux/virtio_net.h>
#include <rte_vhost.h>

#include "spp/dp/offload.h"

#define FEATURE(name) (1ULL << VIRTIO_NET_F_##name)

/*
 * Offered to nobody. More queues, and the log of written pages (live migration), nobody here
 * serves. Packed rings keep their position in our memory only: after a kill of this process qemu
 * could not restore it, as it can with split rings. UDP in fragments is not ours to cut, and that a
 * large frame reduced the congestion window librte_vhost cannot say to a guest: such a frame is cut
 * for it (spp_offload_fits()).
 */
#define OFF_ALWAYS                                                                                 \
	(FEATURE(GSO) | FEATURE(HOST_UFO) | FEATURE(GUEST_UFO) | FEATURE(GUEST_ECN) |              \
	 FEATURE(MQ) | (1ULL << VHOST_F_LOG_ALL) | (1ULL << VIRTIO_F_RING_PACKED))

/* Offered to trusted guests: they send frames without checksum and of 64 kB. */
#define OFF_UNTRUSTED                                                                              \
	(FEATURE(CSUM) | FEATURE(GUEST_CSUM) | FEATURE(HOST_TSO4) | FEATURE(HOST_TSO6) |           \
	 FEATURE(HOST_ECN) | FEATURE(GUEST_TSO4) | FEATURE(GUEST_TSO6))

/* Frames in one call, so that large ones of 64 kB, 35 mbufs each, are within its budget
 * (vhost/budget.h). */
#define BURST_LARGE 8

uint64_t
spp_vhost_features_off(const struct spp_vhost *vhost)
{
	return OFF_ALWAYS | (vhost->trusted ? 0 : OFF_UNTRUSTED) |
	       (vhost->one_mbuf ? FEATURE(MRG_RXBUF) : 0);
}

/*
 * A hostile guest can describe a frame of many megabytes. Where a frame fits into one mbuf
 * librte_vhost need not chain any, and drops it; vhost/budget.h bounds what gets past that, and
 * what trusted guests send.
 */
uint64_t
spp_vhost_features_register(const struct spp_vhost *vhost)
{
	if (vhost->trusted)
		return RTE_VHOST_USER_NET_COMPLIANT_OL_FLAGS;
	return vhost->one_mbuf ? RTE_VHOST_USER_LINEARBUF_SUPPORT : 0;
}

void
spp_vhost_features_taken(struct spp_vhost *vhost, uint64_t features)
{
	bool mergeable = (features & FEATURE(MRG_RXBUF)) != 0;
	bool large = (features & (FEATURE(HOST_TSO4) | FEATURE(HOST_TSO6))) != 0;
	unsigned int takes = ((features & FEATURE(GUEST_CSUM)) ? SPP_TAKES_CSUM : 0) |
			     ((features & FEATURE(GUEST_TSO4)) ? SPP_TAKES_TSO4 : 0) |
			     ((features & FEATURE(GUEST_TSO6)) ? SPP_TAKES_TSO6 : 0);
	unsigned int gives = ((features & FEATURE(CSUM)) ? SPP_TAKES_CSUM : 0) |
			     ((features & FEATURE(HOST_TSO4)) ? SPP_TAKES_TSO4 : 0) |
			     ((features & FEATURE(HOST_TSO6)) ? SPP_TAKES_TSO6 : 0);

	__atomic_store_n(&vhost->tx_burst,
			 mergeable ? SPP_VHOST_BURST_MERGEABLE : SPP_VHOST_BURST_MAX,
			 __ATOMIC_RELAXED);
	__atomic_store_n(&vhost->rx_burst, large ? BURST_LARGE : SPP_VHOST_BURST_MAX,
			 __ATOMIC_RELAXED);
	__atomic_store_n(&vhost->gives, gives, __ATOMIC_RELAXED);
	__atomic_store_n(&vhost->dp.takes, takes, __ATOMIC_RELAXED);
}

void
spp_vhost_features_none(struct spp_vhost *vhost)
{
	__atomic_store_n(&vhost->dp.takes, 0, __ATOMIC_RELAXED);
}
