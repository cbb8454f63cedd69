/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Turns with another VF on this CPU. Within a VF budgets (budget.h) see to it that nothing
 * overflows before its consumer had a turn; what goes over a ring to another VF they cannot see. So
 * who sent to such a port asks it (dp/port.h, `behind`): while the reader there waits for this very
 * CPU with much to read, the worker polls nothing, and sleeps.
 */
#ifndef SPP_TURN_H
#define SPP_TURN_H

#include <stdbool.h>

#include "packet/worker.h"

/** After a send. */
static inline void
spp_turn_after(struct spp_worker *w, struct spp_dp_port *dp)
{
	if (unlikely(dp->behind != NULL) && unlikely(dp->behind(dp, w->sleeper->cpu)))
		w->behind = dp;
}

/** Whether it is another's turn. */
static inline bool
spp_turn_is_others(struct spp_worker *w)
{
	if (likely(w->behind == NULL))
		return false;
	if (w->behind->behind(w->behind, w->sleeper->cpu))
		return true;
	w->behind = NULL;
	return false;
}

#endif
