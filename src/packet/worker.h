/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A worker lcore: what one has of its own, and what all of a VF have in common. Its loop (loop.h)
 * polls the sources of the components linked to it, takes vectors from the event device, runs their
 * stage and sends. It takes no lock, logs nothing, allocates nothing but mbufs and vectors from the
 * VF's own pools, and makes no system call but to block and to wake (common/sleeper.h).
 *
 * Wiring reaches it through struct spp_wiring. A round of the loop reads `paused` before
 * `snapshot`, and control writes them in the opposite order, so a worker that sees sources polled
 * again also sees the wiring they were resumed with (acquire loads of what was stored with release
 * order). At the end of a round it reports a quiescent state to the QSBR variable: whatever it read
 * in that round it no longer uses.
 *
 * Counters have one writer and are read by control without order: aligned words of 64 bits, each by
 * itself right, of a moment that is a little past.
 */
#ifndef SPP_WORKER_H
#define SPP_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mempool.h>
#include <rte_rcu_qsbr.h>

#include "spp/dp/port.h"

#include "common/evdev.h"
#include "common/share.h"
#include "packet/batch.h"
#include "packet/classifier.h"
#include "packet/in_flight.h"
#include "packet/latency.h"
#include "packet/snapshot.h"

struct spp_backlog;
struct spp_tap;

/** What control publishes to the workers. control: rw, workers: ro */
struct spp_wiring {
	uint64_t paused; /**< bit q: do not poll the sources of queue q */
	const struct spp_snapshot *snapshot;
	struct rte_rcu_qsbr *qsbr;
	bool stop; /**< leave the loop: the process ends */
};

/** Everything workers of one VF have in common. Constant after start but for what it points to. */
struct spp_worker_env {
	struct spp_wiring *wiring;
	struct spp_in_flight *in_flight; /**< by port id */
	struct spp_backlog *backlog;     /**< by port id: backlog.h */
	struct spp_tap *taps;            /**< by port id: tap.h */
	struct spp_share *share;
	struct spp_share_slot *slot;
	struct spp_sleeper *scheduler;
	struct rte_mempool *vectors;
	uint8_t dev_id;
	bool direct; /**< --dispatch auto */
	/** How often a source that cannot wake is looked at, in microseconds; 0: always poll;
	 *  SPP_IDLE_AUTO: as often as its descriptors want it (spp_share.nic_hold_us). */
	uint32_t idle_us;
};

struct spp_queue_counters {
	uint64_t packets, vectors, cycles;
	uint64_t drops[SPP_DROP_NB];
} __rte_cache_aligned;

/** What a worker that may not poll has seen of a port downstream: do its vectors move on? */
struct spp_still {
	uint64_t done;  /**< vectors, when last looked at */
	uint64_t since; /**< TSC since when that has not changed */
	uint64_t look;  /**< TSC of the last look */
	bool hung;      /**< what is in flight there no longer keeps sources waiting */
};

/** Events in the outbox, at most. */
#define SPP_OUT_MAX 256
/** Rings whose next vector may be being filled (ring.h). */
#define SPP_FILLING_MAX SPP_RING_MAX
/** Batches that wait on the worker for their next component, at most. */
#define SPP_NEXT_MAX 128

struct spp_worker {
	const struct spp_worker_env *env;
	struct spp_sleeper *sleeper;
	struct spp_evport evport; /**< its event port, to look at */
	bool running;             /**< worker: rw, control: ro */
	uint16_t lcore_id;
	uint8_t index; /**< event port and QSBR thread id */
	uint16_t nb_out;
	uint16_t first_next, nb_next;   /**< of `next`: those before first_next are done */
	uint16_t first_source;          /**< polled first in the next round */
	struct rte_event_vector *spare; /**< got from the pool and not yet filled */
	uint64_t last_tsc;              /**< end of the last round */
	uint64_t last_work;             /**< TSC of the last round that moved something */
	uint64_t cycles_per_us;
	uint64_t storm_until;  /**< TSC: some guest floods (storm.h) until then */
	uint64_t storm_credit; /**< packets of others since such a port was polled */
	uint64_t last_sleep;   /**< TSC of the last time others on this CPU had their turn */
	uint16_t nb_filling;   /**< of `filling`. worker: rw, control: ro (atomic) */
	uint16_t nb_waiting;   /**< ports with a backlog on this worker */
	uint16_t waiting[SPP_PORT_ID_MAX]; /**< their port ids */
	/** Whose reader, on this CPU, must have its turn first (turn.h), or NULL */
	struct spp_dp_port *behind;
	uint16_t nb_armed; /**< ports that will wake us while we sleep */
	struct spp_dp_port *armed[SPP_SOURCES_MAX];
	/* worker: rw, control: ro */
	uint64_t busy_cycles, idle_cycles, asleep_cycles;
	struct spp_queue_counters queue[SPP_COMPONENT_MAX];
	struct spp_port_counters port[SPP_PORT_ID_MAX];
	struct spp_still still[SPP_PORT_ID_MAX];
	struct spp_latency latency[SPP_PORT_ID_MAX]; /**< by tx port; a ring to another VF is one */
	struct spp_storm storm[SPP_PORT_ID_MAX];     /**< by rx port of a switch */
	struct rte_event out[SPP_OUT_MAX];           /**< outbox: to be enqueued, in order */
	struct spp_batch next[SPP_NEXT_MAX];         /**< direct dispatch: first in, first out */
	struct spp_batch filling[SPP_FILLING_MAX];   /**< see ring.h, a ring once */
	struct spp_sorted sorted; /**< packets of the batch a classifier or switch has now */
};

static inline void
spp_worker_vector_put(struct spp_worker *w, struct rte_event_vector *vec)
{
	if (w->spare == NULL)
		w->spare = vec;
	else
		rte_mempool_put(w->env->vectors, vec);
}

/** NULL: the pool is empty. */
static inline struct rte_event_vector *
spp_worker_vector_get(struct spp_worker *w)
{
	struct rte_event_vector *vec = w->spare;
	void *obj;

	if (vec != NULL) {
		w->spare = NULL;
		return vec;
	}
	return rte_mempool_get(w->env->vectors, &obj) == 0 ? obj : NULL;
}

#endif
