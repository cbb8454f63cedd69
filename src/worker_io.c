/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What happens to a vector on a worker: received from a source, run through its component's
 * stage, sent to ports or (ring) as an event to the component behind it.
 *
 * Order: NEW events that come of an event are enqueued before its RELEASE, by the same port, so
 * the flow stays pinned until they are in their queues.
 */
#include "worker.h"

#include <string.h>

#include <rte_cycles.h>

#include "vlan.h"

/* How far direct dispatch follows a packet before it goes through the event device all the same
 * (wiring may contain a circle of rings). */
#define DIRECT_DEPTH_MAX 8

void
spp_worker_emit(struct spp_worker *w, uint8_t op, uint8_t queue, uint16_t flow,
		struct rte_event_vector *vec)
{
	struct rte_event *ev;

	/*
	 * The flush always makes room: the port's ring holds 4,096 events, NEW ones stop at
	 * SPP_NEW_EVENT_THRESHOLD, and others there are at most as many as the port dequeued.
	 */
	if (unlikely(w->nb_out == SPP_OUT_MAX))
		spp_worker_flush(w);
	ev = &w->out[w->nb_out++];
	ev->event = 0;
	ev->flow_id = flow;
	ev->event_type = RTE_EVENT_TYPE_CPU_VECTOR;
	ev->op = op;
	ev->sched_type = RTE_SCHED_TYPE_ATOMIC;
	ev->queue_id = queue;
	ev->priority = RTE_EVENT_DEV_PRIORITY_NORMAL;
	ev->vec = vec;
}

/* The device takes no new event: its packets are lost, its flow never had them. */
static void
worker_drop_new(struct spp_worker *w, struct rte_event *ev)
{
	struct spp_flow *flow = &w->env->flows[ev->flow_id];

	flow->enq_packets -= ev->vec->nb_elem;
	__atomic_store_n(&flow->enq_vectors, flow->enq_vectors - 1, __ATOMIC_RELAXED);
	spp_drop(ev->vec->mbufs, ev->vec->nb_elem, w->port[ev->flow_id].rx_drops,
		 SPP_DROP_NO_CREDIT);
	spp_worker_vector_put(w, ev->vec);
}

bool
spp_worker_flush(struct spp_worker *w)
{
	const struct spp_worker_env *env = w->env;
	uint16_t first = 0, end, n;
	bool is_new;

	while (first < w->nb_out) {
		/* NEW and others never in one burst: event_sw counts credits for the whole burst */
		is_new = w->out[first].op == RTE_EVENT_OP_NEW;
		for (end = first + 1; end < w->nb_out; end++) {
			if ((w->out[end].op == RTE_EVENT_OP_NEW) != is_new)
				break;
		}
		n = is_new ? spp_evdev_enqueue_new(env->dev_id, w->index, &w->out[first],
						   end - first)
			   : spp_evdev_enqueue_done(env->dev_id, w->index, &w->out[first],
						    end - first);
		first += n;
		if (n > 0)
			continue;
		if (!is_new)
			break;
		worker_drop_new(w, &w->out[first]);
		first++;
	}
	w->nb_out -= first;
	if (unlikely(w->nb_out > 0))
		memmove(w->out, &w->out[first], w->nb_out * sizeof(w->out[0]));
	return w->nb_out == 0;
}

static void
worker_release(struct spp_worker *w, uint16_t flow, uint8_t queue, bool held)
{
	if (held)
		spp_worker_emit(w, RTE_EVENT_OP_RELEASE, queue, flow, NULL);
}

static bool
worker_goes_direct(const struct spp_worker *w, const struct spp_snapshot *snap, uint8_t queue,
		   const struct spp_flow *flow, unsigned int depth)
{
	return w->env->direct && depth < DIRECT_DEPTH_MAX && snap->hop[queue].worker == w->index &&
	       spp_flow_vectors(flow) == 0;
}

static bool
ring_has_room(const struct spp_flow *flow, uint16_t packets)
{
	return spp_flow_vectors(flow) < SPP_RING_VECTORS &&
	       spp_flow_packets(flow) + packets <= SPP_RING_PACKETS;
}

/*
 * Hand a vector over a ring. Consumes it. `op`: FORWARD when it takes the place of the event this
 * worker holds, else NEW. Returns false when the vector was dropped or dispatched in place.
 */
static bool
worker_send_ring(struct spp_worker *w, const struct spp_snapshot *snap, uint16_t ring_id,
		 struct rte_event_vector *vec, uint8_t op, unsigned int depth)
{
	uint8_t consumer = snap->consumer[ring_id];
	struct spp_flow *flow = &w->env->flows[ring_id];
	struct spp_port_counters *counters = &w->port[ring_id];

	if (unlikely(consumer == SPP_QUEUE_NONE || !ring_has_room(flow, vec->nb_elem))) {
		spp_drop(vec->mbufs, vec->nb_elem, counters->tx_drops,
			 consumer == SPP_QUEUE_NONE ? SPP_DROP_NO_CONSUMER : SPP_DROP_RING_FULL);
		spp_worker_vector_put(w, vec);
		return false;
	}
	counters->tx_packets += vec->nb_elem;
	if (worker_goes_direct(w, snap, consumer, flow, depth)) {
		spp_worker_process(w, snap, consumer, ring_id, vec, false, depth + 1);
		return false;
	}
	flow->enq_packets += vec->nb_elem;
	__atomic_store_n(&flow->enq_vectors, flow->enq_vectors + 1, __ATOMIC_RELAXED);
	spp_worker_emit(w, op, consumer, ring_id, vec);
	return true;
}

/* What the component does to tags at a tx port. Returns the packets left. */
static inline uint16_t
worker_tag(struct spp_worker *w, const struct spp_hop_tx *tx, struct rte_mbuf **pkts, uint16_t nb)
{
	if (likely(tx->vlan.op == SPP_VLAN_NONE))
		return nb;
	return spp_vlan_apply(tx->vlan, pkts, nb, w->port[tx->port_id].tx_drops);
}

/* All packets of a vector to one tx port. Consumes the vector and the event it came with. */
static void
worker_send_vector(struct spp_worker *w, const struct spp_snapshot *snap,
		   const struct spp_hop_tx *tx, uint8_t queue, uint16_t flow,
		   struct rte_event_vector *vec, bool held, unsigned int depth)
{
	vec->nb_elem = worker_tag(w, tx, vec->mbufs, vec->nb_elem);
	if (unlikely(vec->nb_elem == 0)) {
		spp_worker_vector_put(w, vec);
		worker_release(w, flow, queue, held);
	} else if (tx->dp != NULL) {
		tx->dp->tx(tx->dp, vec->mbufs, vec->nb_elem, &w->port[tx->port_id]);
		spp_worker_vector_put(w, vec);
		worker_release(w, flow, queue, held);
	} else if (!worker_send_ring(w, snap, tx->port_id, vec,
				     held ? RTE_EVENT_OP_FORWARD : RTE_EVENT_OP_NEW, depth)) {
		worker_release(w, flow, queue, held);
	}
}

void
spp_worker_send_some(struct spp_worker *w, const struct spp_snapshot *snap,
		     const struct spp_hop_tx *tx, struct rte_mbuf **pkts, uint16_t nb,
		     unsigned int depth)
{
	struct rte_event_vector *vec;

	nb = worker_tag(w, tx, pkts, nb);
	if (unlikely(nb == 0))
		return;
	if (tx->dp != NULL) {
		tx->dp->tx(tx->dp, pkts, nb, &w->port[tx->port_id]);
		return;
	}
	vec = spp_worker_vector_get(w);
	if (unlikely(vec == NULL)) {
		spp_drop(pkts, nb, w->port[tx->port_id].tx_drops, SPP_DROP_NO_VECTOR);
		return;
	}
	memcpy(vec->mbufs, pkts, nb * sizeof(pkts[0]));
	vec->nb_elem = nb;
	worker_send_ring(w, snap, tx->port_id, vec, RTE_EVENT_OP_NEW, depth);
}

static void
worker_classify(struct spp_worker *w, const struct spp_snapshot *snap, uint8_t queue, uint16_t flow,
		struct rte_event_vector *vec, bool held, unsigned int depth)
{
	const struct spp_hop *hop = &snap->hop[queue];
	struct spp_sorted sorted;
	uint16_t t;
	bool multicast;

	multicast = spp_classify(hop, snap->table, vec->mbufs, vec->nb_elem, &sorted);
	for (t = 0; t < hop->nb_tx && sorted.nb[SPP_PLACE_TX + t] == 0; t++)
		;
	/* all to one port: the vector goes as it is */
	if (!multicast && t < hop->nb_tx && sorted.nb[SPP_PLACE_TX + t] == vec->nb_elem) {
		worker_send_vector(w, snap, &hop->tx[t], queue, flow, vec, held, depth);
		return;
	}
	spp_worker_split(w, snap, queue, &sorted, depth);
	spp_worker_vector_put(w, vec);
	worker_release(w, flow, queue, held);
}

void
spp_worker_process(struct spp_worker *w, const struct spp_snapshot *snap, uint8_t queue,
		   uint16_t flow, struct rte_event_vector *vec, bool held, unsigned int depth)
{
	const struct spp_hop *hop = &snap->hop[queue];
	struct spp_queue_counters *counters = &w->queue[queue];
	uint64_t start = rte_rdtsc(), outer = w->nested_cycles, cycles;

	w->nested_cycles = 0;
	if (flow >= SPP_NIC_MAX + SPP_VHOST_MAX)
		w->port[flow].rx_packets += vec->nb_elem;
	if (unlikely(snap->rx_vlan[flow].op != SPP_VLAN_NONE))
		vec->nb_elem = spp_vlan_apply(snap->rx_vlan[flow], vec->mbufs, vec->nb_elem,
					      w->port[flow].rx_drops);
	counters->packets += vec->nb_elem;
	counters->vectors++;
	if (unlikely(hop->stage == SPP_STAGE_NONE || hop->nb_tx == 0 || vec->nb_elem == 0)) {
		spp_drop(vec->mbufs, vec->nb_elem, counters->drops,
			 hop->stage == SPP_STAGE_NONE ? SPP_DROP_COMPONENT_REMOVED
						      : SPP_DROP_INCOMPLETE);
		spp_worker_vector_put(w, vec);
		worker_release(w, flow, queue, held);
	} else if (hop->stage == SPP_STAGE_CLASSIFY) {
		worker_classify(w, snap, queue, flow, vec, held, depth);
	} else {
		worker_send_vector(w, snap, &hop->tx[0], queue, flow, vec, held, depth);
	}
	/* what components behind us took in direct dispatch is theirs */
	cycles = rte_rdtsc() - start;
	counters->cycles += cycles - w->nested_cycles;
	w->nested_cycles = outer + cycles;
}

/* No vector to put packets into: receive and drop, or the NIC would drop them uncounted. */
static uint16_t
worker_poll_dry(struct spp_worker *w, const struct spp_source *source)
{
	struct spp_port_counters *counters = &w->port[source->port_id];
	struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
	uint16_t nb = source->dp->rx(source->dp, pkts, RTE_DIM(pkts), counters);

	spp_drop(pkts, nb, counters->rx_drops, SPP_DROP_NO_VECTOR);
	return nb;
}

uint16_t
spp_worker_poll(struct spp_worker *w, const struct spp_snapshot *snap,
		const struct spp_source *source)
{
	struct spp_flow *flow = &w->env->flows[source->port_id];
	struct rte_event_vector *vec = spp_worker_vector_get(w);
	uint16_t nb;

	if (unlikely(vec == NULL))
		return worker_poll_dry(w, source);
	nb = source->dp->rx(source->dp, vec->mbufs, SPP_VECTOR_SIZE, &w->port[source->port_id]);
	if (nb == 0) {
		spp_worker_vector_put(w, vec);
		return 0;
	}
	vec->nb_elem = nb;
	if (worker_goes_direct(w, snap, source->queue, flow, 0)) {
		spp_worker_process(w, snap, source->queue, source->port_id, vec, false, 1);
		return nb;
	}
	flow->enq_packets += nb;
	__atomic_store_n(&flow->enq_vectors, flow->enq_vectors + 1, __ATOMIC_RELAXED);
	spp_worker_emit(w, RTE_EVENT_OP_NEW, source->queue, source->port_id, vec);
	return nb;
}
