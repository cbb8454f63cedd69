/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `plug` and `unplug`: a VM's vhost to the NIC and back. Used by spp_agent, by patch, which takes a
 * plugged vhost away from the NIC, and by address.
 */
#ifndef SPP_CHANGE_PLUG_H
#define SPP_CHANGE_PLUG_H

#include <jansson.h>
#include <stdbool.h>

#include "change/plug_nic.h"
#include "change/wiring.h"
#include "spp/error.h"
#include "wiring/model.h"

/**
 * @param guest the spp_vf of the vhost
 * @param wire  that of the NIC: mostly the same; else the two rings are between them
 * @param notes lines that the user should know are added here
 */
int wiring_plug(struct wiring *guest, struct wiring *wire, const struct wiring_plug *plug,
		json_t *notes, struct spp_error *err);
/** The label of the vhost goes, too: its VM has gone. */
int wiring_unplug(struct wiring *guest, struct wiring *wire, struct spp_port vhost, json_t *notes,
		  struct spp_error *err);

/** What a plug says of an rx port that was there, maybe by a message: the filter is changed on
 * request only. */
void wiring_plug_set(struct spp_attachment *rx, const struct wiring_plug *plug, json_t *notes);
/** What it says of the VM's name. @param was it was plugged before */
int wiring_plug_label(struct wiring *wiring, const struct wiring_plug *plug, bool was,
		      json_t *notes, struct spp_error *err);
/** True when packets of the vhost go to the NIC by its rings, one direction at least. */
bool wiring_is_plugged(const struct wiring *wiring, struct spp_port vhost);

/** The VLAN a vhost was plugged with, SPP_VID_NONE: with none, or it is not plugged. */
uint16_t wiring_plug_vid(const struct wiring *wiring, struct spp_port vhost);

#endif
