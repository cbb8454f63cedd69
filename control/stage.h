/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Apply one component or table command to a staged model, with the checks that are due at once:
 * unknown names, a core or a port already in use.
 *
 * Used by txn. Pure: reads the inventory, writes the staged model and its table index.
 */
#ifndef SPP_CONTROL_STAGE_H
#define SPP_CONTROL_STAGE_H

#include "command.h"
#include "fault.h"
#include "spp/dataplane.h"
#include "table.h"

/** A worker core of this VF? The fault says "core_id". */
int spp_stage_check_worker(const struct spp_inventory *inventory, uint16_t lcore_id,
			   struct spp_fault *fault);
/** May this VF use the port at all? The fault says `member`. */
int spp_stage_check_usable(const struct spp_inventory *inventory, struct spp_port port,
			   const char *member, const char *place, struct spp_fault *fault);

int spp_stage_component(struct spp_model *staged, const struct spp_inventory *inventory,
			const struct spp_command *command, struct spp_fault *fault);
int spp_stage_entry(struct spp_model *staged, struct spp_table_index *index,
		    const struct spp_inventory *inventory, const struct spp_command *command,
		    struct spp_fault *fault);

#endif
