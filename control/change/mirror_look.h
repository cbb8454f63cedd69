/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Where mirrors are, and what is behind them. Used by mirror and mirror_put, and by plug and
 * address.
 */
#ifndef SPP_CHANGE_MIRROR_LOOK_H
#define SPP_CHANGE_MIRROR_LOOK_H

#include <stdbool.h>

#include "change/wiring.h"
#include "spp/error.h"
#include "wiring/model.h"

/** How the merge is called that collects copies for a port, with the port's name behind. */
#define MIRROR_COLLECTOR "mirror_to_"

/** How one is called that `mirror` puts in before or behind another component: mirror_nic0_rx. */
const char *mirror_name(struct spp_port port, enum spp_side side, char name[SPP_NAME_MAX + 1]);

/** Position of the mirror that gets what comes in by the port (SPP_RX), or sends the originals to
 * it (SPP_TX); -1. */
int mirror_find(const struct wiring *wiring, struct spp_port port, enum spp_side side);

/** It sends copies that come by rings to one port. */
bool mirror_is_collector(const struct spp_component *component);

/** Where that side of a port would be without a mirror put in its way: the ring between, or the
 * port itself. */
struct spp_port mirror_past(const struct wiring *wiring, struct spp_port port, enum spp_side side);

/** The way back: by which port comes what a mirror put in sends over the ring; else the ring
 * itself. */
struct spp_port mirror_before(const struct wiring *wiring, struct spp_port ring);

/** Say in err that the port is mirrored. @return -EBUSY; 0: it is not */
int mirror_refuse(const struct wiring *wiring, struct spp_port port, struct spp_error *err);

#endif
