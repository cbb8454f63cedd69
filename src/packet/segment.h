/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A large TCP frame becomes segments, in software: IPv4 and IPv6, with their checksums. The frame
 * is only read, so others may hold it, too; each segment is in mbufs of its own. (rte_gso makes
 * indirect mbufs, knows IPv4 only and no checksum: for both one code, which is fuzzed.)
 *
 * Worker.
 */
#ifndef SPP_SEGMENT_H
#define SPP_SEGMENT_H

#include "spp/dp/offload.h"

struct spp_segmenter {
	const struct rte_mbuf *frame;
	struct spp_headers headers;
	uint16_t size;   /**< payload of a segment, but for the last one */
	uint16_t number; /**< of the next one */
	uint32_t next,
		end; /**< its payload; the end of all payload; bytes from the frame's begin */
	/** Where `next` is. */
	const struct rte_mbuf *part;
	uint32_t part_at;
};

/** @param headers of the frame, which is TCP; @param size not 0 */
void spp_segment_begin(struct spp_segmenter *s, const struct rte_mbuf *frame,
		       const struct spp_headers *headers, uint16_t size);
/** There is one more. */
static inline bool
spp_segment_more(const struct spp_segmenter *s)
{
	return s->next < s->end;
}
/** @return NULL: no mbuf */
struct rte_mbuf *spp_segment_next(struct spp_segmenter *s, struct rte_mempool *pool);

/** The checksum of a frame that nobody else holds. */
void spp_checksum_fill(struct rte_mbuf *m, const struct spp_headers *headers);

#endif
