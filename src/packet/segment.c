/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See segment.h. What changes from segment to segment: IPv4's length, identification and header
 * checksum, IPv6's payload length, TCP's sequence number, flags and checksum. Options are the same
 * in each.
 */
#include "packet/segment.h"

#define TCP_FLAGS_AT 13
/* Of these the last segment has FIN and PSH, the first one CWR. */
#define TCP_LAST  (RTE_TCP_FIN_FLAG | RTE_TCP_PSH_FLAG)
#define TCP_FIRST RTE_TCP_CWR_FLAG

void
spp_segment_begin(struct spp_segmenter *s, const struct rte_mbuf *frame,
		  const struct spp_headers *headers, uint16_t size)
{
	*s = (struct spp_segmenter){
		.frame = frame,
		.headers = *headers,
		.size = size,
		.next = spp_headers_length(headers),
		.end = headers->end,
		.part = frame,
		.part_at = spp_headers_length(headers),
	};
}

/* So many bytes behind what is there, in further mbufs where one has no room. `last` is the last
 * one so far. False: no mbuf. */
static bool
append(struct rte_mbuf *m, struct rte_mbuf **last, const uint8_t *from, uint32_t nb,
       struct rte_mempool *pool)
{
	struct rte_mbuf *more;
	uint32_t room, part;

	while (nb > 0) {
		room = (uint32_t)((*last)->buf_len - (*last)->data_off - (*last)->data_len);
		if (room == 0) {
			more = rte_pktmbuf_alloc(pool);
			if (more == NULL)
				return false;
			(*last)->next = more;
			*last = more;
			m->nb_segs++;
			continue;
		}
		part = RTE_MIN(nb, room);
		memcpy(rte_pktmbuf_mtod_offset(*last, uint8_t *, (*last)->data_len), from, part);
		(*last)->data_len += (uint16_t)part;
		m->pkt_len += part;
		from += part;
		nb -= part;
	}
	return true;
}

/* The next bytes of the frame's payload. */
static bool
append_payload(struct spp_segmenter *s, struct rte_mbuf *m, struct rte_mbuf **last, uint32_t nb,
	       struct rte_mempool *pool)
{
	uint32_t part;

	while (nb > 0) {
		while (s->part_at >= s->part->data_len) {
			s->part_at -= s->part->data_len;
			s->part = s->part->next;
		}
		part = RTE_MIN(nb, s->part->data_len - s->part_at);
		if (!append(m, last, rte_pktmbuf_mtod_offset(s->part, uint8_t *, s->part_at), part,
			    pool))
			return false;
		s->part_at += part;
		nb -= part;
	}
	return true;
}

static void
fix_ip(struct rte_mbuf *m, const struct spp_headers *h, uint16_t number)
{
	uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, h->l2);
	uint32_t length = m->pkt_len - h->l2;
	struct rte_ipv4_hdr v4;
	rte_be16_t length6;

	if (h->ipv6) {
		length6 = rte_cpu_to_be_16((uint16_t)(length - sizeof(struct rte_ipv6_hdr)));
		memcpy(ip + offsetof(struct rte_ipv6_hdr, payload_len), &length6, sizeof(length6));
		return;
	}
	memcpy(&v4, ip, sizeof(v4));
	v4.total_length = rte_cpu_to_be_16((uint16_t)length);
	v4.packet_id = rte_cpu_to_be_16((uint16_t)(rte_be_to_cpu_16(v4.packet_id) + number));
	v4.hdr_checksum = 0;
	memcpy(ip, &v4, sizeof(v4));
	v4.hdr_checksum = (uint16_t)~rte_raw_cksum(ip, h->l3);
	memcpy(ip + offsetof(struct rte_ipv4_hdr, hdr_checksum), &v4.hdr_checksum,
	       sizeof(v4.hdr_checksum));
}

static void
fix_tcp(struct rte_mbuf *m, const struct spp_segmenter *s, uint32_t from)
{
	const struct spp_headers *h = &s->headers;
	uint8_t *tcp = rte_pktmbuf_mtod_offset(m, uint8_t *, h->l2 + h->l3);
	rte_be32_t seq;

	memcpy(&seq, tcp + offsetof(struct rte_tcp_hdr, sent_seq), sizeof(seq));
	seq = rte_cpu_to_be_32(rte_be_to_cpu_32(seq) + from - spp_headers_length(h));
	memcpy(tcp + offsetof(struct rte_tcp_hdr, sent_seq), &seq, sizeof(seq));
	if (s->number > 0)
		tcp[TCP_FLAGS_AT] &= (uint8_t)~TCP_FIRST;
	if (spp_segment_more(s))
		tcp[TCP_FLAGS_AT] &= (uint8_t)~TCP_LAST;
}

void
spp_checksum_fill(struct rte_mbuf *m, const struct spp_headers *headers)
{
	uint32_t l4 = (uint32_t)headers->l2 + headers->l3, length = headers->end - l4;
	uint8_t *field = rte_pktmbuf_mtod_offset(m, uint8_t *, spp_checksum_at(headers));
	uint16_t sum = spp_pseudo_sum(rte_pktmbuf_mtod_offset(m, const uint8_t *, headers->l2),
				      headers, length);
	uint16_t all = 0;

	/* the field itself is part of what is summed */
	memcpy(field, &sum, sizeof(sum));
	if (rte_raw_cksum_mbuf(m, l4, length, &all) < 0)
		return; /* not within the frame, which spp_headers_read() has seen to */
	/* 0 would say that there is none (RFC 768); of TCP it says the same as 0xffff */
	if (all != UINT16_MAX || headers->protocol != IPPROTO_UDP)
		all = (uint16_t)~all;
	memcpy(field, &all, sizeof(all));
}

struct rte_mbuf *
spp_segment_next(struct spp_segmenter *s, struct rte_mempool *pool)
{
	uint32_t payload = RTE_MIN((uint32_t)s->size, s->end - s->next), from = s->next;
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool), *last = m;
	struct spp_headers headers = s->headers;

	if (m == NULL)
		return NULL;
	if (!append(m, &last, rte_pktmbuf_mtod(s->frame, const uint8_t *),
		    spp_headers_length(&headers), pool) ||
	    !append_payload(s, m, &last, payload, pool)) {
		rte_pktmbuf_free(m);
		return NULL;
	}
	s->next += payload;
	headers.end = m->pkt_len;
	fix_ip(m, &headers, s->number);
	fix_tcp(m, s, from);
	spp_checksum_fill(m, &headers);
	s->number++;
	return m;
}
