/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What is in the memory of a ring between two processes. Both may write anywhere in it, so each
 * reads a word of the other's once, and checks what it read.
 *
 * A cursor counts bytes since the ring was made; its place is the count modulo RING_BYTES. Records
 * begin at multiples of 8 and lie in one piece: what does not fit before the end is put at the
 * begin, and a word at the old place says so (RECORD_SKIP). From `read` to `written` there are
 * whole records only; a ring with as many bytes as it has is full.
 *
 * The order of things:
 *
 *     writer                                  reader
 *     ------                                  ------
 *     read (acquire): is there room?          written (acquire): is there something?
 *     records of a burst                      records of a burst, copied into mbufs
 *     written (release)                       read (release)
 *
 * The acquire of `written` makes the records visible that were stored before its release. That of
 * `read` has the reader's loads of a record done before the writer stores over it.
 *
 * Sleep, once per burst and per sleep:
 *
 *     armed = name of the sleeper             written (release)
 *     full fence                              full fence
 *     written != read: do not sleep           armed != 0: exchange it for 0, wake whom it names
 *
 * Either the reader sees the records or the writer the name: the two fences forbid that both miss
 * (src/common/sleeper.h says why it takes full ones). Two that exchange wake once. `armed` carries
 * no data, so it may be loaded and stored relaxed.
 *
 * A process that dies between any two of these lines leaves whole records from `read` to `written`:
 * what it wrote behind `written` is nothing yet, what it copied before it moved `read` went with
 * its pool and is still here.
 */
#ifndef RING_LAYOUT_H
#define RING_LAYOUT_H

#include <stdint.h>

#include <rte_common.h>

#include "spp/dp/shared_ring.h"

/** Two lines: CPUs fetch them in pairs. */
#define RING_LINE 128

struct spp_shared_ring {
	uint64_t written; /**< writer: rw, reader: ro */
	uint8_t pad_1[RING_LINE - sizeof(uint64_t)];
	uint64_t read; /**< reader: rw, writer: ro */
	uint8_t pad_2[RING_LINE - sizeof(uint64_t)];
	uint64_t armed; /**< who sleeps, or 0; reader: to a name and back, writer: to 0 */
	uint8_t pad_3[RING_LINE - sizeof(uint64_t)];
	uint32_t has_reader, has_writer; /**< control threads: rw, workers: ro */
	uint64_t reader; /**< name of the worker that reads, or 0: not known. Alike */
	uint8_t pad_4[RING_LINE - 2 * sizeof(uint64_t)];
	uint8_t bytes[SPP_SHARED_RING_SIZE - 4 * RING_LINE];
} __rte_cache_aligned;

#define RING_BYTES ((uint64_t)sizeof(((struct spp_shared_ring *)0)->bytes))

_Static_assert(sizeof(struct spp_shared_ring) == SPP_SHARED_RING_SIZE, "as the contract says");
_Static_assert(sizeof(((struct spp_shared_ring *)0)->bytes) % 8 == 0, "a record's first word fits");

/** A record: this, then the frame's bytes, then up to 7 of no meaning. */
struct ring_record {
	uint32_t length; /**< of the frame; or RECORD_SKIP, and nothing else of the record is there
			  */
	uint8_t hops;    /**< rings like this that the packet came over before this one */
	uint8_t reserved;
	uint16_t flags;   /**< 0; room for what is still to be done: checksums, segmentation ... */
	uint64_t offload; /**< 0; ... and for its lengths, as mbufs have them (tx_offload) */
};

#define RECORD_SKIP UINT32_MAX

_Static_assert(sizeof(struct ring_record) == 16, "the first 8 bytes are read as one word");

/** Bytes that a frame takes in the ring. */
static inline uint32_t
record_size(uint32_t length)
{
	return (uint32_t)RTE_ALIGN_CEIL(sizeof(struct ring_record) + length, 8);
}

/** The longest frame for which an empty ring has room wherever its cursors stand. */
#define RING_FRAME_MAX (RING_BYTES / 2 - sizeof(struct ring_record) - 8)

/** A cursor as the other side, or a process that is gone, left it. */
static inline uint64_t
ring_cursor(const uint64_t *cursor)
{
	return __atomic_load_n(cursor, __ATOMIC_ACQUIRE) & ~UINT64_C(7);
}

#endif
