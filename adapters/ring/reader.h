/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the reader's end of a ring between processes does as a port: dp/port.h. Worker.
 */
#ifndef RING_READER_H
#define RING_READER_H

#include "spp/dp/port.h"

uint16_t spp_ring_rx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
		     struct spp_port_counters *counters);
bool spp_ring_arm(struct spp_dp_port *dp, void *sleeper);
void spp_ring_disarm(struct spp_dp_port *dp, void *sleeper);

#endif
