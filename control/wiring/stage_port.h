/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Apply to a staged model what changes a component that is there: stop it, attach one port, detach
 * one. The commands of the text dialect; stage.h has those that say all of a component at once.
 *
 * Used by txn. Pure, as stage.h.
 */
#ifndef SPP_CONTROL_STAGE_PORT_H
#define SPP_CONTROL_STAGE_PORT_H

#include "spp/dataplane.h"
#include "wiring/command.h"
#include "wiring/fault.h"

/** SPP_CMD_STOP. One that is not there is success. */
int spp_stage_stop(struct spp_model *staged, const struct spp_command *command,
		   struct spp_fault *fault);
/**
 * SPP_CMD_PORT. Detaching what is not attached is success. Attaching what the component has
 * already is an error, but for one with a VLAN operation, which replaces the one before.
 */
int spp_stage_port(struct spp_model *staged, const struct spp_inventory *inventory,
		   const struct spp_command *command, struct spp_fault *fault);

#endif
