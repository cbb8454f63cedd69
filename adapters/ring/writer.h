/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the writer's end of a ring between processes does as a port: dp/port.h. Worker.
 */
#ifndef RING_WRITER_H
#define RING_WRITER_H

#include "spp/dp/port.h"

uint16_t spp_ring_tx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
		     struct spp_port_counters *counters);

/** More than a quarter of the ring waits for a reader on this CPU, and has for no longer than
 * `patience` (spp/dp/shared_ring.h): a reader that is slow, hangs or is crazy is waited for once,
 * until it has caught up again. */
bool spp_ring_behind(struct spp_dp_port *dp, int32_t cpu);

#endif
