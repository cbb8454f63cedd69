/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A worker lcore: polls the sources of the components linked to it, takes vectors from the event
 * device, runs their stage, sends. It takes no lock, logs nothing, allocates nothing but mbufs and
 * vectors from the VF's own pools, and makes no system call but to block and to wake (rest.h).
 *
 * Wiring reaches it through struct spp_wiring. A round of the loop reads `paused` before
 * `snapshot`, and control writes them in the opposite order, so a worker that sees sources running
 * again also sees the wiring they were resumed with. At the end of a round it reports a quiescent
 * state to the QSBR variable: whatever it read in that round it no longer uses.
 */
#ifndef SPP_WORKER_H
#define SPP_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_event_ring.h>
#include <rte_mempool.h>
#include <rte_rcu_qsbr.h>

#include "spp/dp/port.h"

#include "evdev.h"
#include "rest.h"
#include "snapshot.h"
#include "stage_classifier.h"

/**
 * Vectors (and packets) of one source or ring in the event device. Each half has one writer: the
 * worker that polls or sends to the port, and the worker that has the component behind it. A
 * change of writer goes through pause and drain.
 */
struct spp_flow {
	uint64_t enq_vectors __rte_cache_aligned; /* producer: rw */
	uint64_t enq_packets;
	uint64_t done_vectors __rte_cache_aligned; /* consumer: rw */
	uint64_t done_packets;
};

/** A ring holds at most this much; what comes on top is dropped and counted ring_full. */
#define SPP_RING_VECTORS 32
#define SPP_RING_PACKETS 2048

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
	struct spp_flow *flows; /**< by port id */
	struct spp_share *share;
	struct spp_share_slot *slot;
	struct spp_rest *scheduler;
	struct rte_mempool *vectors;
	uint8_t dev_id;
	bool direct;      /**< --dispatch auto */
	uint32_t idle_us; /**< how often a source that cannot wake is looked at; 0: always poll */
};

struct spp_queue_counters {
	uint64_t packets, vectors, cycles;
	uint64_t drops[SPP_DROP_NB];
} __rte_cache_aligned;

/** What a worker held back by vectors downstream has seen of their flow. */
struct spp_still {
	uint64_t done;  /**< vectors, when last looked at */
	uint64_t since; /**< TSC since when that has not changed */
	uint64_t look;  /**< TSC of the last look */
	bool hung;      /**< the flow no longer holds sources back */
};

#define SPP_OUT_MAX 256

struct spp_worker {
	const struct spp_worker_env *env;
	struct spp_rest *rest;
	struct rte_event_ring *cq, *rx; /**< of its event port: only their fill is looked at */
	bool running;                   /**< worker: rw, control: ro */
	uint16_t lcore_id;
	uint8_t index; /**< event port and QSBR thread id */
	uint16_t nb_out;
	struct rte_event_vector *spare; /**< got from the pool and not yet filled */
	uint64_t last_tsc;              /**< end of the last round */
	uint64_t last_work;             /**< TSC of the last round that moved something */
	uint64_t cycles_per_us;
	uint64_t nested_cycles; /**< of components run inside the current one (direct dispatch) */
	uint64_t last_rest;     /**< TSC of the last time others on this CPU had their turn */
	uint16_t nb_armed;      /**< ports that will wake us while we sleep */
	struct spp_dp_port *armed[SPP_NIC_MAX + SPP_VHOST_MAX];
	/* worker: rw, control: ro */
	uint64_t busy_cycles, idle_cycles, asleep_cycles;
	struct spp_queue_counters queue[SPP_COMPONENT_MAX];
	struct spp_port_counters port[SPP_PORT_ID_MAX];
	struct spp_still still[SPP_PORT_ID_MAX];
	struct rte_event out[SPP_OUT_MAX]; /**< to be enqueued, in order */
};

/** lcore function (rte_eal_remote_launch); arg is a struct spp_worker. */
int spp_worker_main(void *arg);

/* ---- parts of the worker, for its own files ---- */

/**
 * A vector of packets meets the component of a queue: run the stage, send on. Consumes the vector.
 * @param held the vector came with an event this worker has to release or forward
 */
void spp_worker_process(struct spp_worker *w, const struct spp_snapshot *snap, uint8_t queue,
			uint16_t flow, struct rte_event_vector *vec, bool held, unsigned int depth);

/** Some packets of a vector to one tx port. Consumes the packets. */
void spp_worker_send_some(struct spp_worker *w, const struct spp_snapshot *snap,
			  const struct spp_hop_tx *tx, struct rte_mbuf **pkts, uint16_t nb,
			  unsigned int depth);

/** Send each packet where the classifier put it. Consumes the packets. */
void spp_worker_split(struct spp_worker *w, const struct spp_snapshot *snap, uint8_t queue,
		      struct spp_sorted *sorted, unsigned int depth);

/** Poll one source once. Returns the packets received. */
uint16_t spp_worker_poll(struct spp_worker *w, const struct spp_snapshot *snap,
			 const struct spp_source *source);

/** Append an event; enqueues what is there when the buffer is full. */
void spp_worker_emit(struct spp_worker *w, uint8_t op, uint8_t queue, uint16_t flow,
		     struct rte_event_vector *vec);
/** Enqueue what is in the buffer. False: the scheduler does not keep up, something is left. */
bool spp_worker_flush(struct spp_worker *w);

/** Nothing moved this round: spin, or block until there is work. */
void spp_worker_rest(struct spp_worker *w, const struct spp_snapshot *snap, uint64_t paused,
		     bool held_back);
/** After a round that enqueued something: wake who waits for it on another CPU. */
void spp_worker_wake_others(struct spp_worker *w);

static inline void
spp_worker_vector_put(struct spp_worker *w, struct rte_event_vector *vec)
{
	if (w->spare == NULL)
		w->spare = vec;
	else
		rte_mempool_put(w->env->vectors, vec);
}

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

static inline uint64_t
spp_flow_vectors(const struct spp_flow *flow)
{
	return __atomic_load_n(&flow->enq_vectors, __ATOMIC_RELAXED) -
	       __atomic_load_n(&flow->done_vectors, __ATOMIC_RELAXED);
}

static inline uint64_t
spp_flow_packets(const struct spp_flow *flow)
{
	return __atomic_load_n(&flow->enq_packets, __ATOMIC_RELAXED) -
	       __atomic_load_n(&flow->done_packets, __ATOMIC_RELAXED);
}

#endif
