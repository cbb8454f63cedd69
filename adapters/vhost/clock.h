/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The clock of this folder: milliseconds, never set back. Any thread.
 */
#ifndef SPP_VHOST_CLOCK_H
#define SPP_VHOST_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t
spp_vhost_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

#endif
