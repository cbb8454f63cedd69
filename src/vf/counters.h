/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The counters of one VF, summed over its workers, as the operator sees them.
 *
 * Workers only ever count up; what an earlier component had of a queue, and what was there at the
 * last `clear`, is a base that is taken off. Control thread only.
 */
#ifndef SPP_SRC_COUNTERS_H
#define SPP_SRC_COUNTERS_H

#include "vf/dataplane.h"

/** A component gets the queue: it counts from 0. */
void spp_counters_queue_begin(struct spp_dataplane *dp, unsigned int queue);
/** The ports of a wiring are about to be used: workers may count at them from now on, for ever. */
void spp_counters_note(struct spp_dataplane *dp, const struct spp_model *model);
/** Leave the figures of the NICs and rings we hold in the share, for spp_primary to show. */
void spp_counters_publish(struct spp_dataplane *dp);

/* ---- of spp_dataplane_ops ---- */

void spp_counters_port(void *ctx, struct spp_port port, struct spp_port_stats *out);
void spp_counters_latency(void *ctx, struct spp_port port, struct spp_latency_stats *out);
void spp_counters_queue(void *ctx, unsigned int queue, struct spp_component_stats *out);
void spp_counters_drops(void *ctx, uint64_t drops[SPP_DROP_NB]);
void spp_counters_lcore(void *ctx, uint16_t lcore_id, struct spp_lcore_stats *out);
void spp_counters_clear(void *ctx);
void spp_counters_clear_port(void *ctx, struct spp_port port);

#endif
