/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the status of a spp_vf and that of spp_primary have in common.
 *
 * Used by status_vf and status_host, and by answer, which adds the controller. NULL: out of memory.
 */
#ifndef SPP_CONTROL_STATUS_PARTS_H
#define SPP_CONTROL_STATUS_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/control.h"

struct json_t;

/** The SPP-AGENT we connect to. */
struct spp_controller {
	char address[108]; /**< as given with -s */
	bool connected;
};

/** Adds "controller" to an info. @param controller NULL: started without one */
void spp_status_controller(struct json_t *info, const struct spp_controller *controller);

/** Adds "version": of the program, of its DPDK, and whether it is still what is installed. */
void spp_status_version(struct json_t *info, const struct spp_build *build);

/** {"busy_cycles", "idle_cycles", "asleep_cycles", "busy", "idle", "asleep"}: shares in percent */
struct json_t *spp_status_shares(uint64_t busy, uint64_t idle, uint64_t asleep);

#endif
