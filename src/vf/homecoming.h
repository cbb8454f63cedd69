/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Rings that come home: one end was another VF's, a flush has both here. From then on packets go
 * from component to component; what waits in the ring's area was sent before them, and goes first.
 *
 * So there are two snapshots. In the first (the bridge) the component that receives from the ring
 * has the area as one more source, and the sources of all that sends to the ring wait. When the
 * area is empty the second is published, without that source, and they go on. A receiver that hangs
 * is waited for SPP_WAIT_MS; then the bridge stays: nothing is lost, but newer packets may come
 * before what still waits. Control thread only.
 */
#ifndef SPP_HOMECOMING_H
#define SPP_HOMECOMING_H

#include "vf/dataplane.h"

/** Has a ring both ends of which the model has here an area still? After spp_ports_open(). */
bool spp_homecoming_any(const struct spp_dataplane *dp, const struct spp_model *model);
/** Of such a ring: its source, else NULL. */
struct spp_dp_port *spp_homecoming_source(struct spp_dataplane *dp, uint16_t ring);

/** Running queues that send to such a ring's area now, and all that feeds them: to be paused and
 * drained before the bridge is published. */
uint64_t spp_homecoming_pause(const struct spp_dataplane *dp, const struct spp_snapshot *bridge);
/** Queues whose sources have to wait before a bridge is published. */
uint64_t spp_homecoming_senders(const struct spp_dataplane *dp, const struct spp_snapshot *bridge);
/** The bridge runs. Until nothing waits in any area of its rings; a sender goes on as soon as it
 * may. False: the time is over. */
bool spp_homecoming_wait(struct spp_dataplane *dp);

#endif
