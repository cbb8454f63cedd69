/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a flush waits for and whom it wakes: sets of workers, their quiescent states, packets in
 * flight. Control thread only, but for spp_dataplane_synchronize().
 *
 * A wait concerns only the workers that could still do what it waits for: the others may be far
 * from their turn on a shared CPU. A worker that sleeps is offline, and looks at everything anew
 * when it wakes: nobody waits for it, and it is woken only when it would else miss something.
 */
#ifndef SPP_WAIT_H
#define SPP_WAIT_H

#include "vf/dataplane.h"

/** Bit w: worker w. */
typedef uint64_t spp_worker_set;

#define SPP_WORKERS_ALL UINT64_MAX

/** TSC at which a wait that begins now gives up (SPP_WAIT_MS). */
uint64_t spp_dataplane_deadline(void);

/**
 * A grace period begins: what was stored before is seen by every worker that reports a quiescent
 * state from now on, or goes online (wakes) from now on. Any thread.
 * @return its token
 */
uint64_t spp_dataplane_begin_grace(const struct spp_dataplane *dp);

/** Workers that poll a source of these queues, in the running wiring. */
spp_worker_set spp_dataplane_pollers(const struct spp_dataplane *dp, uint64_t queues);
/** Workers that have the components of these queues, in the running wiring. */
spp_worker_set spp_dataplane_owners(const struct spp_dataplane *dp, uint64_t queues);
/** Workers whose sources differ between this snapshot and the running one. */
spp_worker_set spp_dataplane_newcomers(const struct spp_dataplane *dp,
				       const struct spp_snapshot *next);

/** Wake those of the set that sleep. The caller has written what they are to see. */
void spp_dataplane_wake(struct spp_dataplane *dp, spp_worker_set set);

/** Until each of the set has passed a quiescent state since the token, or sleeps. */
int spp_dataplane_wait_quiescent(struct spp_dataplane *dp, spp_worker_set set, uint64_t token,
				 struct spp_error *err);
/** Has every worker done so by now, or sleeps? */
bool spp_dataplane_is_quiescent(const struct spp_dataplane *dp, uint64_t token);
/** Until nothing is in flight to these queues, and nothing waits at the ports behind them. */
int spp_dataplane_wait_done(struct spp_dataplane *dp, uint64_t queues, uint64_t deadline,
			    struct spp_error *err);
/** Until the scheduler took all that the set has enqueued so far. */
int spp_dataplane_wait_scheduled(struct spp_dataplane *dp, spp_worker_set set, uint64_t deadline,
				 struct spp_error *err);

/** A grace period, however long it takes; says `degraded` past the deadline. librte_vhost's thread.
 */
void spp_dataplane_synchronize(void *arg);

#endif
