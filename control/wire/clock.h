/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The time that deadlines and waits of control/ are counted in.
 *
 * CLOCK_MONOTONIC, clock_gettime(2): it never jumps, and its zero means nothing. Any thread.
 */
#ifndef SPP_WIRE_CLOCK_H
#define SPP_WIRE_CLOCK_H

#include <stdint.h>

/** Microseconds. */
uint64_t spp_clock_us(void);
/** Milliseconds. */
uint64_t spp_clock_ms(void);

#endif
