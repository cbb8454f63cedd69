/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a guest has left to others: a checksum, or the cutting of a large TCP frame (TSO). Such a
 * frame is marked in its mbuf while it is in this process:
 *
 *     RTE_MBUF_F_TX_TCP_CKSUM, _UDP_CKSUM   its checksum is not there yet
 *     RTE_MBUF_F_TX_TCP_SEG, tso_segsz      likewise, and it has to leave in segments of so many
 *                                           bytes of payload
 *
 * Lengths of headers are not kept: they are read again wherever something is done by them, so that
 * a VLAN operation need not know of this, and nobody believes what a guest said of them. Only a
 * port says that it takes marked frames (spp_dp_port.takes); for all others src/packet/offload.c
 * does the work before. Nothing is marked where no guest is trusted.
 */
#ifndef SPP_DP_OFFLOAD_H
#define SPP_DP_OFFLOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_tcp.h>
#include <rte_udp.h>

/** Something is left to be done. */
#define SPP_OFFLOAD_MASK (RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG)

/** spp_dp_port.takes, as bits. */
#define SPP_TAKES_CSUM 1u /**< TCP and UDP over IPv4 and IPv6, without extension headers */
#define SPP_TAKES_TSO4 2u
#define SPP_TAKES_TSO6 4u /**< without extension headers */

/** Segments that one frame may become. */
#define SPP_SEGMENTS_MAX 256u

#define SPP_OFFLOAD_TAGS_MAX 2
#define SPP_OFFLOAD_L3_MAX   256u
#define SPP_TCP_CWR          0x80u

/** A frame's headers, all of which are in its first mbuf. */
struct spp_headers {
	uint16_t l2, l3, l4; /**< bytes of each */
	uint8_t protocol;    /**< IPPROTO_TCP or IPPROTO_UDP */
	bool ipv6;
	uint32_t end; /**< of the packet, as IP says; behind it is padding */
};

/** What is in front of a frame's payload. */
static inline uint32_t
spp_headers_length(const struct spp_headers *h)
{
	return (uint32_t)h->l2 + h->l3 + h->l4;
}

static inline bool
spp_headers_ipv4(const uint8_t *at, uint32_t left, struct spp_headers *h)
{
	struct rte_ipv4_hdr ip;

	if (left < sizeof(ip))
		return false;
	memcpy(&ip, at, sizeof(ip));
	h->ipv6 = false;
	h->l3 = (uint16_t)((ip.version_ihl & RTE_IPV4_HDR_IHL_MASK) * RTE_IPV4_IHL_MULTIPLIER);
	h->protocol = ip.next_proto_id;
	h->end = (uint32_t)h->l2 + rte_be_to_cpu_16(ip.total_length);
	return ip.version_ihl >> 4 == 4 && h->l3 >= sizeof(ip) && h->l3 <= left &&
	       (ip.fragment_offset & RTE_BE16(RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK)) ==
		       0;
}

/* Extension headers that neither cut the packet nor change where it goes. */
static inline bool
spp_headers_ipv6(const uint8_t *at, uint32_t left, struct spp_headers *h)
{
	struct rte_ipv6_hdr ip;
	uint32_t l3 = sizeof(ip);

	if (left < sizeof(ip))
		return false;
	memcpy(&ip, at, sizeof(ip));
	h->ipv6 = true;
	h->protocol = ip.proto;
	while (h->protocol == IPPROTO_HOPOPTS || h->protocol == IPPROTO_DSTOPTS ||
	       h->protocol == IPPROTO_ROUTING) {
		if (l3 + 8 > left)
			return false;
		if (h->protocol == IPPROTO_ROUTING && at[l3 + 3] != 0)
			return false; /* its destination is not the last one */
		h->protocol = at[l3];
		l3 += (at[l3 + 1] + 1u) * 8;
		if (l3 > SPP_OFFLOAD_L3_MAX)
			return false;
	}
	h->l3 = (uint16_t)l3;
	h->end = (uint32_t)h->l2 + (uint32_t)sizeof(ip) + rte_be_to_cpu_16(ip.payload_len);
	return at[0] >> 4 == 6 && l3 <= left;
}

/** False: no TCP or UDP in one piece, or a length in it cannot be. */
static inline bool
spp_headers_read(const struct rte_mbuf *m, struct spp_headers *h)
{
	const uint8_t *data = rte_pktmbuf_mtod(m, const uint8_t *);
	uint32_t have = m->data_len, at = RTE_ETHER_HDR_LEN, tags = 0, payload;
	rte_be16_t type;

	for (;; tags++, at += RTE_VLAN_HLEN) {
		if (have < at || tags > SPP_OFFLOAD_TAGS_MAX)
			return false;
		memcpy(&type, data + at - sizeof(type), sizeof(type));
		if (type != RTE_BE16(RTE_ETHER_TYPE_VLAN) && type != RTE_BE16(RTE_ETHER_TYPE_QINQ))
			break;
	}
	h->l2 = (uint16_t)at;
	if (type == RTE_BE16(RTE_ETHER_TYPE_IPV4)) {
		if (!spp_headers_ipv4(data + at, have - at, h))
			return false;
	} else if (type != RTE_BE16(RTE_ETHER_TYPE_IPV6) ||
		   !spp_headers_ipv6(data + at, have - at, h)) {
		return false;
	}
	at += h->l3;
	if (h->protocol == IPPROTO_UDP) {
		h->l4 = sizeof(struct rte_udp_hdr);
	} else if (h->protocol == IPPROTO_TCP && have >= at + sizeof(struct rte_tcp_hdr)) {
		h->l4 = (uint16_t)((data[at + 12] >> 4) * 4);
		if (h->l4 < sizeof(struct rte_tcp_hdr))
			return false;
	} else {
		return false;
	}
	payload = at + h->l4;
	return payload <= have && payload <= h->end && h->end <= m->pkt_len;
}

/** The sum over the pseudo-header of TCP or UDP with so many bytes, not yet complemented. */
static inline uint16_t
spp_pseudo_sum(const uint8_t *ip, const struct spp_headers *h, uint32_t length)
{
	struct {
		rte_be32_t length, protocol;
	} rest = {rte_cpu_to_be_32(length), rte_cpu_to_be_32(h->protocol)};
	uint32_t sum = __rte_raw_cksum(&rest, sizeof(rest), 0);

	/* source and destination, one behind the other */
	sum = h->ipv6 ? __rte_raw_cksum(ip + offsetof(struct rte_ipv6_hdr, src_addr), 32, sum)
		      : __rte_raw_cksum(ip + offsetof(struct rte_ipv4_hdr, src_addr), 8, sum);
	return __rte_raw_cksum_reduce(sum);
}

/** Where in the frame the checksum is. */
static inline uint32_t
spp_checksum_at(const struct spp_headers *h)
{
	return (uint32_t)h->l2 + h->l3 +
	       (h->protocol == IPPROTO_TCP ? (uint32_t)offsetof(struct rte_tcp_hdr, cksum)
					   : (uint32_t)offsetof(struct rte_udp_hdr, dgram_cksum));
}

/** Whether a port that takes these may have the marked frame as it is. */
static inline bool
spp_offload_fits(const struct rte_mbuf *m, const struct spp_headers *h, unsigned int takes)
{
	if (h->ipv6 && h->l3 != sizeof(struct rte_ipv6_hdr))
		return false;
	if ((m->ol_flags & RTE_MBUF_F_TX_TCP_SEG) == 0)
		return (takes & SPP_TAKES_CSUM) != 0;
	/* that the congestion window was reduced belongs to the first segment only */
	if (rte_pktmbuf_mtod(m, const uint8_t *)[h->l2 + h->l3 + 13] & SPP_TCP_CWR)
		return false;
	return (takes & (h->ipv6 ? SPP_TAKES_TSO6 : SPP_TAKES_TSO4)) != 0;
}

#endif
