/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Samples of how long packets are inside the switch. See latency.h.
 */
#include "packet/latency.h"

static const unsigned int bounds_us[SPP_LATENCY_BOUNDS_NB] = SPP_LATENCY_BOUNDS;

void
spp_latency_add(struct spp_latency *latency, uint32_t stamp, uint32_t now, uint64_t cycles_per_us)
{
	uint64_t cycles = (uint64_t)(now - stamp) << SPP_STAMP_SHIFT;
	unsigned int i = 0;

	latency->tick = stamp & SPP_STAMP_TICK;
	while (i < SPP_LATENCY_BOUNDS_NB && cycles > bounds_us[i] * cycles_per_us)
		i++;
	latency->bucket[i]++;
	latency->cycles += cycles;
}
