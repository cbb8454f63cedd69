/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a flush waits for and whom it wakes: sets of workers, their quiescent states, packets in
 * flight. Control thread only, but for spp_dataplane_synchronize() (dataplane.h).
 *
 * A wait concerns only the workers that could still do what it waits for: the others may be far
 * from their turn on a shared CPU. A worker that sleeps is offline, and looks at everything anew
 * when it wakes: nobody waits for it, and it is woken only when it would else miss something.
 */
#ifndef SPP_DATAPLANE_WAIT_H
#define SPP_DATAPLANE_WAIT_H

#include "dataplane.h"

/** Bit w: worker w. */
typedef uint64_t spp_worker_set;

#define SPP_WORKERS_ALL UINT64_MAX

/** TSC at which a wait that begins now gives up (SPP_WAIT_MS). */
uint64_t spp_dataplane_deadline(void);

/** Who polls a source of these queues, in the running wiring. */
spp_worker_set spp_dataplane_pollers(const struct spp_dataplane *dp, uint64_t queues);
/** Who has the components of these queues, in the running wiring. */
spp_worker_set spp_dataplane_owners(const struct spp_dataplane *dp, uint64_t queues);
/** Whose sources are others in this snapshot than in the running one. */
spp_worker_set spp_dataplane_newcomers(const struct spp_dataplane *dp,
				       const struct spp_snapshot *next);

/** Wake those of the set that sleep. The caller has written what they are to see. */
void spp_dataplane_wake(struct spp_dataplane *dp, spp_worker_set set);

/** Until each of the set has passed a quiescent state since the token, or sleeps. */
int spp_dataplane_wait_quiescent(struct spp_dataplane *dp, spp_worker_set set, uint64_t token,
				 struct spp_error *err);
/** Until nothing is in flight to these queues. */
int spp_dataplane_wait_done(struct spp_dataplane *dp, uint64_t queues, uint64_t deadline,
			    struct spp_error *err);
/** Until the scheduler took all that the set has enqueued so far. */
int spp_dataplane_wait_scheduled(struct spp_dataplane *dp, spp_worker_set set, uint64_t deadline,
				 struct spp_error *err);

#endif
