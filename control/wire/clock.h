/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The time that deadlines and waits of control/ are counted in, and the time of day. Any thread.
 *
 * What deadlines are counted in is CLOCK_MONOTONIC, clock_gettime(2): it never jumps, and its zero
 * means nothing.
 */
#ifndef SPP_WIRE_CLOCK_H
#define SPP_WIRE_CLOCK_H

#include <stdint.h>

/** Microseconds. */
uint64_t spp_clock_us(void);
/** Milliseconds. */
uint64_t spp_clock_ms(void);
/** Nanoseconds since 1970, CLOCK_REALTIME: for what is shown or written; it may be set back. */
uint64_t spp_clock_unix_ns(void);

#endif
