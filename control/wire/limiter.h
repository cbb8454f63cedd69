/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How often a peer may make us write a line to the log: a few at once, then one every ten seconds.
 * Used by answer and serve, one for each connection.
 */
#ifndef SPP_CONTROL_LIMITER_H
#define SPP_CONTROL_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#define SPP_LIMITER_BURST     6
#define SPP_LIMITER_REFILL_MS 10000

/** All zero: nothing was written yet. */
struct spp_limiter {
	unsigned int used;
	uint64_t since_ms;
};

/** May one more line be written now? If so, it counts. @param now_ms spp_clock_ms() */
bool spp_limiter_take(struct spp_limiter *limiter, uint64_t now_ms);

#endif
