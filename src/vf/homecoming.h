/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Rings that come home: one end was another VF's, a flush has both here. From then on packets go
 * from component to component; what waits in the ring's area was sent before them, and goes first.
 *
 * So there are two snapshots. In the first (the bridge) the component that receives from the ring
 * has the area as one more source, and the sources of all that sends to the ring wait. When the
 * area is empty the second is published, without that source, and they go on. Never both: two
 * workers would count what is in flight of one ring. A receiver that hangs is waited for
 * SPP_WAIT_MS by the flush, and from then on once a second: who sends to the ring waits, as it
 * would at any component that hangs. Control thread only.
 */
#ifndef SPP_HOMECOMING_H
#define SPP_HOMECOMING_H

#include "vf/dataplane.h"

/** Has a ring both ends of which the model has here an area still? After spp_ports_open(). */
bool spp_homecoming_any(const struct spp_dataplane *dp, const struct spp_model *model);
/** Of such a ring: its source, else NULL. */
struct spp_dp_port *spp_homecoming_source(struct spp_dataplane *dp, uint16_t ring);

/** Queues that send to such a ring now, or will in the bridge, and all that feeds them: to be
 * paused and drained before the bridge is published. */
uint64_t spp_homecoming_pause(const struct spp_dataplane *dp, const struct spp_snapshot *bridge);
/** Of these the queues of the bridge: their sources wait while it runs. */
uint64_t spp_homecoming_senders(const struct spp_snapshot *bridge);
/** The bridge runs: is all that waited in the areas of its rings with the components behind it? */
bool spp_homecoming_is_over(struct spp_dataplane *dp);

#endif
