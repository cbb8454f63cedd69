/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The control block of a net_bench port: a file that the driver and tests/bench/nic.py map. Whoever
 * measures writes the first part, then `generation`; whoever polls the port writes the others.
 * All fields are 64 bits wide; nic.py knows their places.
 */
#ifndef BENCH_CTL_H
#define BENCH_CTL_H

#include <stdint.h>

#define BENCH_CTL_MAGIC   0x736f757263653031ull
#define BENCH_SIZE_MAX    16
#define BENCH_LATENCY_SUB 32 /* steps between powers of two: 3 % */
#define BENCH_LATENCY_MAX (40 * BENCH_LATENCY_SUB)

struct bench_ctl {
	uint64_t magic;
	uint64_t generation; /**< changes with the rest of this part */
	uint64_t rate;       /**< packets a second; 0: as many as are taken */
	uint64_t nb_macs;    /**< destinations 52:54:00:00:00:00 and up; 0: send nothing */
	uint64_t latency;    /**< not 0: packets carry the time they were due at, the sink looks */
	uint64_t nb_sizes;   /**< without FCS, one after the other */
	uint64_t size[BENCH_SIZE_MAX];
	uint64_t tsc_hz; /**< written by whoever polls, once it follows */
	/** at a rate: when it began, CLOCK_MONOTONIC in ns; 0: when it is polled */
	uint64_t since;
	/** With ask=1, by the primary: requests to the secondaries; those that one of them did not
	 * answer in time; answers. */
	uint64_t asked, not_answered, answers;
	uint64_t group; /**< not 0: broadcasts */
	uint64_t pad0[36];

	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t rx_missed; /**< due, but all descriptors were in use already */
	uint64_t rx_nombuf; /**< bursts */
	uint64_t pad1[60];

	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t tx_single;  /**< not simple mbufs of one segment */
	uint64_t tx_foreign; /**< with latency: packets without a time */
	uint64_t pad2[60];

	/** Latency in TSC cycles, see bench_latency_index(). */
	uint64_t latencies[BENCH_LATENCY_MAX];
};

static inline unsigned int
bench_latency_index(uint64_t cycles)
{
	unsigned int shift, index;

	if (cycles < BENCH_LATENCY_SUB)
		return (unsigned int)cycles;
	shift = 63 - (unsigned int)__builtin_clzll(cycles) - 5;
	index = (shift + 1) * BENCH_LATENCY_SUB +
		((unsigned int)(cycles >> shift) & (BENCH_LATENCY_SUB - 1));
	return index < BENCH_LATENCY_MAX ? index : BENCH_LATENCY_MAX - 1;
}

#endif
