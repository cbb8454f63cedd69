/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What goes through a worker: the packets of one event vector, and where they stand on their way.
 */
#ifndef SPP_BATCH_H
#define SPP_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_eventdev.h>

/** A value, handed on by copy. Its vector belongs to whoever has the batch. */
struct spp_batch {
	struct rte_event_vector *vec;
	uint16_t
		port_id; /**< source or ring it came by (spp_port_id()); the flow id of its event */
	uint8_t queue;   /**< event queue of the component that gets it */
	uint8_t hops;    /**< components in a row that met it without the event device between */
	/** It came as an event, which this worker has to release, or forward with it. */
	bool has_event;
};

#endif
