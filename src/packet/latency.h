/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Samples of how long packets are inside the switch. Used by poll and send; a worker's own.
 *
 * A vector carries when it was polled, in its attributes (which only Rx and Tx adapters that make
 * vectors use, and ours does not), so it has it behind the event device, too. Where it is sent the
 * first one of each tick of the clock, by when it was polled, is a sample: also the first one after
 * a silence.
 */
#ifndef SPP_PACKET_LATENCY_H
#define SPP_PACKET_LATENCY_H

#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_cycles.h>
#include <rte_eventdev.h>

#include "spp/latency.h"

/** A stamp is 32 bits of the TSC: 256 cycles are a tenth of a microsecond, it wraps after minutes.
 */
#define SPP_STAMP_SHIFT 8
/** Its bits that are the same within a tick: 2^22 cycles, a millisecond at 4.2 GHz and more below.
 */
#define SPP_STAMP_TICK (~UINT32_C(0) << 14)

/** Of a port that packets leave by. worker: rw, control: ro */
struct spp_latency {
	uint32_t tick;                              /**< of the last sample */
	uint64_t cycles;                            /**< sum of all samples */
	uint64_t bucket[SPP_LATENCY_BOUNDS_NB + 1]; /**< the last one: longer than all bounds */
};

static inline uint32_t
spp_stamp(uint64_t tsc)
{
	return (uint32_t)(tsc >> SPP_STAMP_SHIFT);
}

static inline void
spp_stamp_put(struct rte_event_vector *vec, uint32_t stamp)
{
	vec->port = (uint16_t)stamp;
	vec->queue = (uint16_t)(stamp >> 16);
}

static inline uint32_t
spp_stamp_of(const struct rte_event_vector *vec)
{
	return vec->port | (uint32_t)vec->queue << 16;
}

/** Count a sample. @param now stamp of this moment */
void spp_latency_add(struct spp_latency *latency, uint32_t stamp, uint32_t now,
		     uint64_t cycles_per_us);

/** Packets that were polled at `stamp` are about to be sent. */
static inline void
spp_latency_sample(struct spp_latency *latency, uint32_t stamp, uint64_t cycles_per_us)
{
	if (unlikely((stamp & SPP_STAMP_TICK) != latency->tick))
		spp_latency_add(latency, stamp, spp_stamp(rte_rdtsc()), cycles_per_us);
}

#endif
