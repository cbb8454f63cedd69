/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Figures of the spp_vf processes for DPDK telemetry, by the primary (a secondary has none).
 */
#ifndef SPP_TELEMETRY_H
#define SPP_TELEMETRY_H

#include "primary/slots.h"

/** Register /spp/status, /spp/ports and /spp/components. */
int spp_telemetry_init(struct spp_slots *slots);

#endif
