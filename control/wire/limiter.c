/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Counts log lines. See limiter.h.
 */
#include "wire/limiter.h"

bool
spp_limiter_take(struct spp_limiter *limiter, uint64_t now_ms)
{
	uint64_t refill = (now_ms - limiter->since_ms) / SPP_LIMITER_REFILL_MS;

	if (refill > 0) {
		limiter->used = refill < limiter->used ? limiter->used - (unsigned int)refill : 0;
		limiter->since_ms = now_ms;
	}
	if (limiter->used == SPP_LIMITER_BURST)
		return false;
	limiter->used++;
	return true;
}
