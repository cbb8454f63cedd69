/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The NIC's side of a plug: classifier, merge, and the two rings of a vhost at them. Used by plug,
 * plug_switch and host_plug (where NIC and vhost are of two spp_vf).
 */
#ifndef SPP_CHANGE_PLUG_NIC_H
#define SPP_CHANGE_PLUG_NIC_H

#include "change/plug.h"

/** The NIC asked for, or the only one. @param wanted -1: none is asked for */
int wiring_choose_nic(const struct wiring *wiring, int wanted, struct spp_port *nic,
		      struct spp_error *err);

/** The process has both rings of the vhost. */
int wiring_check_rings(const struct wiring *wiring, struct spp_port vhost, struct spp_error *err);

/** That end of the ring is free, or of a component of this type. */
int wiring_check_ring(const struct spp_model *model, struct spp_port ring, enum spp_side side,
		      unsigned int type, struct spp_error *err);

/** The NIC's classifier and merge get the rings of the vhost. @param was it is plugged already */
int wiring_plug_nic(struct wiring *wiring, const struct wiring_plug *plug, bool was,
		    struct spp_error *err);

/** A classifier or a merge of the process has a ring of the vhost. */
bool wiring_plug_nic_of(const struct wiring *wiring, struct spp_port vhost);

/** They lose them; one that has no other goes. */
void wiring_unplug_nic(struct wiring *wiring, struct spp_port vhost);

#endif
