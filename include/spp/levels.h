/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How the components of a model follow each other through rings, as a value. Plain C.
 *
 * Computed by control, once for each flush (control/wiring/graph.c), and handed to the data plane
 * with the model.
 */
#ifndef SPP_LEVELS_H
#define SPP_LEVELS_H

#include <stdint.h>

#include "spp/limits.h"

/** No packet comes from the one component to the other. */
#define SPP_LEVEL_NONE 0xff

struct spp_levels {
	/**
	 * By the event queues of two components, [from][to]: the rings between them on the longest
	 * way a packet can take, so that a component is reached from lower levels only. 0: itself.
	 */
	uint8_t level[SPP_COMPONENT_MAX][SPP_COMPONENT_MAX];
};

#endif
