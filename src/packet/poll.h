/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Where packets come in: a worker polls the NICs and vhosts of the components linked to it, as long
 * as not too much of theirs is in flight (budget.h).
 */
#ifndef SPP_POLL_H
#define SPP_POLL_H

#include "packet/worker.h"

/**
 * Poll each source once, but for those of paused queues.
 * @param paused bit q: not those of queue q
 * @param waits set to true when a source had to wait for what is in flight
 * @return packets received
 */
unsigned int spp_poll(struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused,
		      bool *waits);

#endif
