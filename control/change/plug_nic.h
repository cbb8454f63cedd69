/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The NIC's side of a plug: classifier, merge, and the two rings of a vhost at them. Used by plug,
 * plug_switch.
 */
#ifndef SPP_CHANGE_PLUG_NIC_H
#define SPP_CHANGE_PLUG_NIC_H

#include <stdbool.h>

#include "change/wiring.h"
#include "spp/error.h"
#include "wiring/model.h"

struct wiring_plug {
	struct spp_port vhost;
	struct spp_table_entry entry; /**< MAC and VID; its port is not used */
	int nic;                      /**< -1: the one there is */
	uint8_t filter;               /**< enum spp_filter, of what the guest sends */
	bool filter_given;            /**< it counts also where the vhost is plugged already */
	const char *label;            /**< what the VM is called, "": nothing; NULL: as it was */
	bool source_check; /**< what it sends must have an address that leads to it; false: as it is
			    */
};

/** The ring by which a vhost's guest gets its packets (SPP_RX), or sends them (SPP_TX). */
struct spp_port wiring_ring_of(struct spp_port vhost, enum spp_side side);

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
