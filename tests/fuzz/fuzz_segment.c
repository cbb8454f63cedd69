/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A frame as a trusted guest may have sent it (src/packet/segment.c, spp/dp/offload.h): whatever
 * its headers say, what comes out is whole frames with right sums, whose payload adds up to that of
 * the frame, which is as it was. No EAL.
 *
 * The input: a segment's payload (2 bytes), the length of the frame's mbufs (1), then the frame.
 */
#include "fuzz.h"

#include <string.h>

#define FUZZ_ROOM 512u /* all headers of a frame fit into it */
#include "fuzz_mbufs.h"
#include "packet/segment.h"

static struct rte_mempool pool;

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
flatten(const struct rte_mbuf *m, uint8_t *out)
{
	uint32_t bytes = 0;

	check(m->pkt_len <= UINT16_MAX);
	for (; m != NULL; m = m->next) {
		memcpy(out + bytes, rte_pktmbuf_mtod(m, const void *), m->data_len);
		bytes += m->data_len;
	}
}

/* As RFC 1071 says, and not as DPDK does it. */
static uint32_t
add_up(const uint8_t *data, uint32_t nb, uint32_t sum)
{
	uint32_t i;

	for (i = 0; i < nb; i++)
		sum += (i & 1) ? data[i] : (uint32_t)data[i] << 8;
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return sum;
}

/* A whole frame with the same headers; returns where its payload begins. */
static uint32_t
judge(const struct rte_mbuf *m, const struct spp_headers *as, uint8_t *flat)
{
	struct spp_headers h;
	uint32_t l4, sum;

	flatten(m, flat);
	check(spp_headers_read(m, &h));
	check(h.l2 == as->l2 && h.l3 == as->l3 && h.l4 == as->l4 && h.protocol == as->protocol);
	l4 = (uint32_t)h.l2 + h.l3;
	sum = add_up(flat + l4, h.end - l4, (h.end - l4) + h.protocol);
	sum = h.ipv6 ? add_up(flat + h.l2 + 8, 32, sum) : add_up(flat + h.l2 + 12, 8, sum);
	check(sum == UINT16_MAX);
	return l4 + h.l4;
}

static void
judge_segments(const struct rte_mbuf *frame, const struct spp_headers *h, uint16_t size,
	       const uint8_t *before)
{
	static uint8_t flat[UINT16_MAX + 1];
	uint32_t next = spp_headers_length(h), at, nb = 0;
	struct spp_segmenter segmenter;
	struct rte_mbuf *segment;

	spp_segment_begin(&segmenter, frame, h, size);
	while (spp_segment_more(&segmenter)) {
		segment = spp_segment_next(&segmenter, &pool);
		check(segment != NULL && nb++ < SPP_SEGMENTS_MAX);
		at = judge(segment, h, flat);
		check(segment->pkt_len - at <= size && next + segment->pkt_len - at <= h->end);
		check(memcmp(flat + at, before + next, segment->pkt_len - at) == 0);
		if (!h->ipv6)
			check(add_up(flat + h->l2, h->l3, 0) == UINT16_MAX);
		next += segment->pkt_len - at;
		rte_pktmbuf_free(segment);
	}
	check(next == h->end);
}

static struct rte_mbuf *
make_frame(const uint8_t *data, size_t size, uint32_t first)
{
	struct rte_mbuf *frame = fuzz_mbuf(&pool, first), *last = frame;
	size_t part;

	while (size > 0) {
		part = RTE_MIN(size, (size_t)(last == frame ? first : 300));
		memcpy(rte_pktmbuf_mtod(last, void *), data, part);
		last->data_len = (uint16_t)part;
		frame->pkt_len += (uint32_t)part;
		data += part;
		size -= part;
		if (size == 0)
			break;
		last->next = fuzz_mbuf(&pool, (uint32_t)RTE_MIN(size, 300u));
		last = last->next;
		frame->nb_segs++;
	}
	return frame;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t before[UINT16_MAX + 1], after[UINT16_MAX + 1];
	struct spp_headers h;
	struct rte_mbuf *frame;
	uint16_t mss;

	if (size < 3 + RTE_ETHER_HDR_LEN || size - 3 > UINT16_MAX)
		return 0;
	memcpy(&mss, data, sizeof(mss));
	frame = make_frame(data + 3, size - 3, (uint32_t)RTE_MIN(size - 3, 40u + 2u * data[2]));
	flatten(frame, before);
	if (spp_headers_read(frame, &h)) {
		check(spp_headers_length(&h) <= frame->data_len && h.end <= frame->pkt_len);
		if (h.protocol == IPPROTO_TCP && mss > 0 && h.end == frame->pkt_len &&
		    h.end - spp_headers_length(&h) <= SPP_SEGMENTS_MAX * (uint32_t)mss)
			judge_segments(frame, &h, mss, before);
		flatten(frame, after);
		check(memcmp(before, after, size - 3) == 0);
		spp_checksum_fill(frame, &h);
		(void)judge(frame, &h, after);
	}
	rte_pktmbuf_free(frame);
	return 0;
}
