/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Destination addresses that end at the next bridge: 01-80-C2-00-00-00 to -0F (IEEE 802.1Q, 8.6.3
 * and table 8-1). Spanning tree, LACP, LLDP, 802.1X and PAUSE go to them. Used by worker lcores.
 */
#ifndef SPP_DP_RESERVED_H
#define SPP_DP_RESERVED_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_mbuf.h>

#define SPP_RESERVED_FIRST UINT64_C(0x0180c2000000)
#define SPP_RESERVED_LAST  UINT64_C(0x0180c200000f)
/** PAUSE stops whoever is at the other end of the link (IEEE 802.3, 31B): no bridge sends it on. */
#define SPP_RESERVED_PAUSE UINT64_C(0x0180c2000001)

/** The destination of a frame, whose first eight bytes are in one piece, in the high 48 bits and in
 * network order; the others are of the source. */
static inline uint64_t
spp_frame_dst(const struct rte_mbuf *m)
{
	uint64_t word;

	memcpy(&word, rte_pktmbuf_mtod(m, const void *), sizeof(word));
	return word;
}

static inline bool
spp_frame_is_reserved(const struct rte_mbuf *m)
{
	const uint64_t mask = ~(SPP_RESERVED_FIRST ^ SPP_RESERVED_LAST) << 16;

	return (spp_frame_dst(m) & rte_cpu_to_be_64(mask)) ==
	       rte_cpu_to_be_64(SPP_RESERVED_FIRST << 16);
}

static inline bool
spp_frame_is_pause(const struct rte_mbuf *m)
{
	const uint64_t mask = UINT64_MAX << 16;

	return (spp_frame_dst(m) & rte_cpu_to_be_64(mask)) ==
	       rte_cpu_to_be_64(SPP_RESERVED_PAUSE << 16);
}

#endif
