/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A ring of bytes for captured packets, from one worker to the thread that writes them out. Private
 * memory of one process: the two trust each other.
 *
 * `head` counts the bytes ever written, `tail` those ever read. The writer fills records and then
 * moves head (release), the reader takes them and moves tail (release). A record is one
 * struct spp_capture_record with its bytes, in one piece; where it would not fit before the end one
 * of kind SPP_CAPTURE_NOTHING fills the rest.
 */
#ifndef SPP_TAPE_H
#define SPP_TAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/capture.h"

/** Bytes; a power of two. 17 ms of a million packets a second, 96 bytes of each. */
#define SPP_TAPE_SIZE (UINT64_C(2) << 20)

struct spp_tape {
	uint64_t head __attribute__((aligned(64))); /**< writer: rw, reader: ro */
	uint64_t tail __attribute__((aligned(64))); /**< reader: rw, writer: ro */
	uint64_t next __attribute__((aligned(64))); /**< writer: end of what is not yet published */
	uint64_t seen;                              /**< writer: tail, when it last looked */
	uint8_t data[SPP_TAPE_SIZE] __attribute__((aligned(64)));
};

/** Its pages are there from the start. NULL: no memory. */
struct spp_tape *spp_tape_create(void);
/** No worker writes to it any more. NULL is fine. */
void spp_tape_destroy(struct spp_tape *tape);

/** Writer: room for a record with so many bytes (at most SPP_CAPTURE_SNAPLEN_MAX). NULL: full. */
struct spp_capture_record *spp_tape_reserve(struct spp_tape *tape, uint32_t captured);
/** Writer: let the reader have all that was reserved. */
void spp_tape_publish(struct spp_tape *tape);
/** Writer: take back all from there on, which `next` was once. */
static inline void
spp_tape_rewind(struct spp_tape *tape, uint64_t next)
{
	tape->next = next;
}

/** Reader: the first record, which stays where it is until spp_tape_pass(). NULL: there is none. */
const struct spp_capture_record *spp_tape_first(struct spp_tape *tape);
/** Reader: done with the first record. */
void spp_tape_pass(struct spp_tape *tape, const struct spp_capture_record *record);

#endif
