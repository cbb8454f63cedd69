/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which captures look at which ports of a VF: puts taps at ports (packet/tap.h) and takes them
 * away. Control thread only. A port that goes and comes again with a flush is looked at again.
 */
#ifndef SPP_TAPS_H
#define SPP_TAPS_H

#include "packet/tap.h"
#include "vf/dataplane.h"

/** Of a VF that starts. */
void spp_taps_init(struct spp_dataplane *dp);
/** From now on a capture sees what it asks for. @param slot of it, below SPP_CAPTURE_MAX */
void spp_taps_add(struct spp_dataplane *dp, unsigned int slot, struct spp_tap_sink *sink);
/**
 * From now on it sees nothing.
 * @return token: its sink may go when spp_dataplane_is_quiescent() says so of it
 */
uint64_t spp_taps_remove(struct spp_dataplane *dp, unsigned int slot);

/** A flush has made ports, which no worker has seen: put taps at those that are looked at. */
void spp_taps_refresh(struct spp_dataplane *dp);
/** Does a capture look at the port's traffic? */
bool spp_taps_wanted(const struct spp_dataplane *dp, uint16_t port_id);

#endif
