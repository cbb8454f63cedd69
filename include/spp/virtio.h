/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Names of virtio features (virtio 1.1, 5.1.3 and 6): what a vhost offers and its guest's driver
 * has taken, for status and log. Plain C.
 */
#ifndef SPP_VIRTIO_H
#define SPP_VIRTIO_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** X(bit, name): as the specification calls it, without its prefix and in lower case. */
#define SPP_VIRTIO_FEATURES(X)                                                                     \
	X(0, "csum")                                                                               \
	X(1, "guest_csum")                                                                         \
	X(3, "mtu")                                                                                \
	X(5, "mac")                                                                                \
	X(6, "gso")                                                                                \
	X(7, "guest_tso4")                                                                         \
	X(8, "guest_tso6")                                                                         \
	X(9, "guest_ecn")                                                                          \
	X(10, "guest_ufo")                                                                         \
	X(11, "host_tso4")                                                                         \
	X(12, "host_tso6")                                                                         \
	X(13, "host_ecn")                                                                          \
	X(14, "host_ufo")                                                                          \
	X(15, "mrg_rxbuf")                                                                         \
	X(16, "status")                                                                            \
	X(17, "ctrl_vq")                                                                           \
	X(18, "ctrl_rx")                                                                           \
	X(21, "guest_announce")                                                                    \
	X(22, "mq")                                                                                \
	X(24, "notify_on_empty")                                                                   \
	X(26, "log_all")                                                                           \
	X(27, "any_layout")                                                                        \
	X(28, "indirect_desc")                                                                     \
	X(29, "event_idx")                                                                         \
	X(30, "protocol_features")                                                                 \
	X(32, "version_1")                                                                         \
	X(33, "iommu_platform")                                                                    \
	X(34, "ring_packed")                                                                       \
	X(35, "in_order")                                                                          \
	X(36, "order_platform")

/** With the terminating NUL: "bit 63". */
#define SPP_VIRTIO_NAME_SIZE 24

/** @return buf */
static inline const char *
spp_virtio_name(unsigned int bit, char buf[SPP_VIRTIO_NAME_SIZE])
{
	switch (bit) {
#define SPP_VIRTIO_CASE(number, name)                                                              \
	case number:                                                                               \
		snprintf(buf, SPP_VIRTIO_NAME_SIZE, "%s", name);                                   \
		break;
		SPP_VIRTIO_FEATURES(SPP_VIRTIO_CASE)
#undef SPP_VIRTIO_CASE
	default:
		snprintf(buf, SPP_VIRTIO_NAME_SIZE, "bit %u", bit);
		break;
	}
	return buf;
}

/** All of them, from the lowest bit on, one comma and blank between; "none". @return buf */
static inline const char *
spp_virtio_names(uint64_t features, char *buf, size_t size)
{
	char name[SPP_VIRTIO_NAME_SIZE];
	unsigned int bit;
	size_t at = 0;

	snprintf(buf, size, "none");
	for (bit = 0; bit < 64; bit++) {
		if ((features >> bit & 1) == 0 || at >= size)
			continue;
		at += (size_t)snprintf(buf + at, size - at, "%s%s", at > 0 ? ", " : "",
				       spp_virtio_name(bit, name));
	}
	return buf;
}

#endif
