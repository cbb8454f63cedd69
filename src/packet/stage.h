/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A batch meets its component: counted, tags changed as the rx port says, run through the stage
 * (forward and merge pass everything on, mirror does and copies, classifier and switch sort), sent
 * on.
 */
#ifndef SPP_STAGE_H
#define SPP_STAGE_H

#include "packet/worker.h"

/**
 * Consumes the vector of the batch.
 * @return true when the event it came with was forwarded with it: it must not be released any more
 */
bool spp_stage_run(struct spp_worker *w, const struct spp_snapshot *snap,
		   const struct spp_batch *batch);

#endif
