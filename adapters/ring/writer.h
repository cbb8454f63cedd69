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

#endif
