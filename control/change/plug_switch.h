/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `plug --switch`, and its `unplug`: a VM's vhost to the switch of a NIC and back. Used by
 * spp_agent, and by patch and address.
 */
#ifndef SPP_CHANGE_PLUG_SWITCH_H
#define SPP_CHANGE_PLUG_SWITCH_H

#include "change/plug.h"

/** @param notes lines that the user should know are added here */
int wiring_plug_switch(struct wiring *wiring, const struct wiring_plug *plug, json_t *notes,
		       struct spp_error *err);
/** The vhost is one of a switch's ports. The switch goes with its last one, but while its NIC is
 * mirrored: then wiring_switch_is_empty(), and it is to be removed after the mirrors. */
void wiring_unplug_switch(struct wiring *wiring, struct spp_port vhost, json_t *notes);

/** The NIC of the switch that has the vhost, mirrored or not. @return false: it has none */
bool wiring_switch_nic(const struct wiring *wiring, struct spp_port vhost, struct spp_port *nic);

/** That NIC has a switch, and no VM is left there. */
bool wiring_switch_is_empty(const struct wiring *wiring, struct spp_port nic);

/** The switch of a NIC that is mirrored no more. */
void wiring_remove_switch(struct wiring *wiring, struct spp_port nic, json_t *notes);

/** The vhost is a port of a switch. */
bool wiring_is_switched(const struct wiring *wiring, struct spp_port vhost);

/** The VLAN it was plugged with, SPP_VID_NONE: with none. */
uint16_t wiring_switch_vid(const struct wiring *wiring, struct spp_port vhost);

#endif
