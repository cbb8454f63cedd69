/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What must hold of a whole model before it may run, and was not checked while staging.
 *
 * Used by txn at flush. Pure: reads a model and the inventory, changes nothing.
 */
#ifndef SPP_CONTROL_VALIDATE_H
#define SPP_CONTROL_VALIDATE_H

#include "spp/dataplane.h"
#include "spp/model.h"
#include "wiring/fault.h"

/** Append every problem to faults. 0, or -EINVAL when there is one. */
int spp_validate(const struct spp_model *model, const struct spp_inventory *inventory,
		 struct spp_faults *faults);

#endif
