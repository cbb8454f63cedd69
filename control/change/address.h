/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `address add` and `address del`: a further MAC address of a VM that is plugged, or one less. Used
 * by spp_agent.
 */
#ifndef SPP_CHANGE_ADDRESS_H
#define SPP_CHANGE_ADDRESS_H

#include <jansson.h>
#include <stdbool.h>

#include "change/wiring.h"
#include "spp/error.h"

/**
 * @param guest  the spp_vf of the vhost
 * @param wire   that of the NIC it is plugged to: mostly the same
 * @param wanted MAC and VID; its port is not used. Without a VID that of the plug counts
 * @param notes  lines that the user should know are added here
 */
int wiring_address(struct wiring *guest, struct wiring *wire, struct spp_port vhost,
		   const struct spp_table_entry *wanted, bool add, json_t *notes,
		   struct spp_error *err);

#endif
