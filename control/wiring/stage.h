/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Apply one component, table or label command to a staged model, and refuse what is wrong by
 * itself: a core or port that does not exist, or that is in use. What can only be judged of the
 * whole model, validate does at flush.
 *
 * Used by txn, and by change/ for a model of its own. Pure: reads the inventory, writes the staged
 * model and its table index.
 */
#ifndef SPP_CONTROL_STAGE_H
#define SPP_CONTROL_STAGE_H

#include "spp/dataplane.h"
#include "wiring/command.h"
#include "wiring/fault.h"
#include "wiring/table.h"

/** May this VF use the port at all? The fault says `member`. */
int spp_stage_check_usable(const struct spp_inventory *inventory, struct spp_port port,
			   const char *member, const char *place, struct spp_fault *fault);

int spp_stage_component(struct spp_model *staged, const struct spp_inventory *inventory,
			const struct spp_command *command, struct spp_fault *fault);
int spp_stage_label(struct spp_model *staged, const struct spp_inventory *inventory,
		    const struct spp_command *command, struct spp_fault *fault);
int spp_stage_entry(struct spp_model *staged, struct spp_table_index *index,
		    const struct spp_inventory *inventory, const struct spp_command *command,
		    struct spp_fault *fault);

#endif
