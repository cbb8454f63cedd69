/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See clock.h.
 */
#include "wire/clock.h"

#include <time.h>

uint64_t
spp_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t
spp_clock_ms(void)
{
	return spp_clock_us() / 1000;
}

uint64_t
spp_clock_unix_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
