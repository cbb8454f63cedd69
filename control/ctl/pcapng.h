/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Blocks of a pcapng file (draft-ietf-opsawg-pcapng), in the byte order of this host, with times in
 * nanoseconds. Each call adds one whole block to a buffer. Used by capture.
 */
#ifndef SPP_CTL_PCAPNG_H
#define SPP_CTL_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes of blocks; grows. */
struct pcapng {
	uint8_t *data;
	size_t used, size;
	bool failed; /**< there was no memory: the last block is missing */
};

/** Which way a packet went: bits 0 and 1 of epb_flags. */
enum pcapng_direction { PCAPNG_UNKNOWN = 0, PCAPNG_IN = 1, PCAPNG_OUT = 2 };

struct pcapng_packet {
	uint32_t interface; /**< its number in the file, from 0 */
	uint64_t time_ns;   /**< since 1970 */
	uint32_t length, captured;
	const uint8_t *bytes; /**< `captured` of them */
	enum pcapng_direction direction;
	const char *comment; /**< NULL: none */
};

/** Section header: the first block. */
void pcapng_section(struct pcapng *out);
/** Interface description; they count from 0 in their order. @param description may be "" */
void pcapng_interface(struct pcapng *out, const char *name, const char *description,
		      uint32_t snaplen);
void pcapng_packet(struct pcapng *out, const struct pcapng_packet *packet);
/** Interface statistics: packets seen, and lost of these. */
void pcapng_statistics(struct pcapng *out, uint32_t interface, uint64_t time_ns, uint64_t seen,
		       uint64_t lost);
void pcapng_free(struct pcapng *out);

#endif
