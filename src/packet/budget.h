/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Sources whose component has enough in flight are not polled: their packets wait in the NIC or the
 * vring, and event credits cannot run out because one component is slow.
 */
#ifndef SPP_BUDGET_H
#define SPP_BUDGET_H

#include "packet/worker.h"

/** May the sources of the component that has this budget be polled now? */
bool spp_budget_allows(struct spp_worker *w, const struct spp_budget *budget);

#endif
