/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An end of a ring between processes, as the process has it that took it. ring.c makes it for
 * writer.c and reader.c.
 */
#ifndef RING_ENDS_H
#define RING_ENDS_H

#include <sys/queue.h>

#include "ring/layout.h"

/** mbufs that one call fills, at most; so many a frame may take, too. */
#define RING_MBUFS_MAX 1024

/** A record that is whole: its frame, and where the next begins, in bytes from the own cursor. */
struct ring_found {
	uint32_t at, length, next;
	uint16_t mbufs;
	uint8_t hops;
};

struct ring_end {
	struct spp_dp_port dp;
	struct spp_shared_ring *ring; /* control: rw, workers: ro (atomic) */
	struct spp_shared_ring_env env;
	bool writes;
	/* Own cursor: what the other process makes of it in shared memory is of no matter. And the
	 * other side's as it was last seen, from 0 to RING_BYTES away. */
	uint64_t own, other;
	/* Writer: since when (TSC, 0: it is not) the reader is behind. */
	uint64_t behind_since;
	/* Reader: bytes that an mbuf takes; what is in the burst, and mbufs for it. */
	uint32_t room;
	struct ring_found *found;
	struct rte_mbuf **mbufs;
	SLIST_ENTRY(ring_end) next;
} __rte_cache_aligned;

#endif
