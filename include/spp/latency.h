/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How long packets are inside the switch, from poll to send, by samples: a histogram for each NIC,
 * vhost and uplink that they leave by. Plain C.
 */
#ifndef SPP_LATENCY_H
#define SPP_LATENCY_H

#include <stdint.h>

/** Upper bounds of the histogram, in microseconds; the last bucket has none. */
#define SPP_LATENCY_BOUNDS    {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000}
#define SPP_LATENCY_BOUNDS_NB 13

struct spp_latency_stats {
	uint64_t samples;                       /**< 0: nothing was sent yet */
	uint64_t sum_ns;                        /**< of all of them */
	uint64_t within[SPP_LATENCY_BOUNDS_NB]; /**< samples of at most that bound */
};

#endif
