/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A bound on the multicasts that a switch takes from one of its rx ports, for each is copied to
 * many. Used by worker lcores; the state belongs to the worker that polls the port. A guest that
 * sends little else waits, too, while others have packets (poll.h): to receive what is then dropped
 * takes nearly as long as what others send. Its packets wait with it; a NIC, whose queue would
 * overflow, never waits, nor does a guest most of whose packets are wanted.
 */
#ifndef SPP_STORM_H
#define SPP_STORM_H

#include <stdbool.h>
#include <stdint.h>

/** The bound counts by windows of a tenth of a second: a short burst passes. */
#define SPP_STORM_WINDOWS 10

/** Of one rx port. */
struct spp_storm {
	uint64_t begun; /**< TSC, of the window that counts */
	uint32_t taken; /**< multicasts in it */
	uint64_t until; /**< TSC: it waits for others until then (poll.h) */
};

struct spp_storm_bound {
	struct spp_storm *state;
	uint64_t now;    /**< TSC */
	uint64_t window; /**< its TSC cycles */
	uint32_t pps;    /**< UINT32_MAX: no bound */
};

/** One more multicast comes: is it within the bound? */
static inline bool
spp_storm_takes(const struct spp_storm_bound *bound)
{
	struct spp_storm *state = bound->state;

	if (bound->pps == UINT32_MAX)
		return true;
	if (bound->now - state->begun >= bound->window)
		*state = (struct spp_storm){.begun = bound->now};
	if (state->taken >= bound->pps / SPP_STORM_WINDOWS)
		return false;
	state->taken++;
	return true;
}

#endif
