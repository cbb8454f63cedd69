/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a component does with a batch. See stage.h.
 */
#include "packet/stage.h"

#include <string.h>

#include "packet/filter.h"
#include "packet/send.h"
#include "packet/source_check.h"
#include "packet/tap.h"
#include "packet/trace_tap.h"
#include "packet/vlan.h"

/* Packets that a classifier or switch put to no tx port. */
static void
stage_drop_sorted(struct spp_worker *w, uint8_t queue, enum spp_place place, enum spp_drop reason)
{
	if (unlikely(w->sorted.nb[place] > 0))
		spp_drop(w->sorted.pkts[place], w->sorted.nb[place], w->queue[queue].drops, reason);
}

static inline uint64_t
stage_storm_window(const struct spp_worker *w)
{
	return w->cycles_per_us * (1000000 / SPP_STORM_WINDOWS);
}

/* What a switch drops beside: of a storm the port that it comes by is to be known. */
static void
stage_drop_switched(struct spp_worker *w, const struct spp_batch *batch)
{
	struct spp_sorted *sorted = &w->sorted;
	struct spp_storm *storm;

	stage_drop_sorted(w, batch->queue, SPP_PLACE_SAME_PORT, SPP_DROP_SAME_PORT);
	if (likely(sorted->nb[SPP_PLACE_STORM] == 0))
		return;
	spp_drop(sorted->pkts[SPP_PLACE_STORM], sorted->nb[SPP_PLACE_STORM],
		 w->port[batch->port_id].rx_drops, SPP_DROP_STORM);
	if (spp_port_from_id(batch->port_id).kind != SPP_PORT_VHOST ||
	    2 * sorted->nb[SPP_PLACE_STORM] < batch->vec->nb_elem)
		return;
	storm = &w->storm[batch->port_id];
	storm->until = storm->begun + stage_storm_window(w);
	w->storm_until = RTE_MAX(w->storm_until, storm->until);
}

/* @return true when packets of the vector are in other than one place */
static bool
stage_sort(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_batch *batch)
{
	const struct spp_hop *hop = &snap->hop[batch->queue];
	const struct spp_rx_ops *ops = &snap->rx_ops[batch->port_id];
	struct rte_event_vector *vec = batch->vec;
	struct spp_storm_bound storm;

	if (hop->stage == SPP_STAGE_CLASSIFY)
		return spp_classify(hop, snap->table, vec->mbufs, vec->nb_elem, &w->sorted);
	storm = (struct spp_storm_bound){
		.state = &w->storm[batch->port_id],
		.now = w->last_tsc,
		.window = stage_storm_window(w),
		.pps = ops->storm_pps,
	};
	return spp_switch(hop, snap->table, ops->back, &storm, vec->mbufs, vec->nb_elem,
			  &w->sorted);
}

static bool
stage_classify(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_batch *batch)
{
	const struct spp_hop *hop = &snap->hop[batch->queue];
	struct rte_event_vector *vec = batch->vec;
	struct spp_sorted *sorted = &w->sorted;
	bool copies = stage_sort(w, snap, batch);
	uint16_t t, nb;

	for (t = 0; t < hop->nb_tx && sorted->nb[SPP_PLACE_TX + t] == 0; t++)
		;
	/* all to one port: the vector goes as it is */
	if (!copies && t < hop->nb_tx && sorted->nb[SPP_PLACE_TX + t] == vec->nb_elem)
		return spp_send_batch(w, snap, &hop->tx[t], batch);
	for (; t < hop->nb_tx; t++) {
		nb = sorted->nb[SPP_PLACE_TX + t];
		if (nb > 0)
			spp_send_packets(w, snap, &hop->tx[t], batch,
					 sorted->pkts[SPP_PLACE_TX + t], nb);
	}
	stage_drop_sorted(w, batch->queue, SPP_PLACE_NO_ENTRY, SPP_DROP_NO_ENTRY);
	stage_drop_sorted(w, batch->queue, SPP_PLACE_NO_PORT, SPP_DROP_NO_PORT);
	if (hop->stage == SPP_STAGE_SWITCH)
		stage_drop_switched(w, batch);
	spp_worker_vector_put(w, vec);
	return false;
}

/*
 * Copies first, by reference count: the vector then goes on with the originals. Whoever writes to a
 * packet that others hold copies it before (vlan.c).
 */
static bool
stage_mirror(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_batch *batch)
{
	const struct spp_hop *hop = &snap->hop[batch->queue];
	struct rte_event_vector *vec = batch->vec;
	struct rte_mbuf **copies = w->sorted.pkts[0];
	uint16_t i, t;

	for (i = 0; i < vec->nb_elem && hop->nb_tx > 1; i++)
		rte_pktmbuf_refcnt_update(vec->mbufs[i], (int16_t)(hop->nb_tx - 1));
	for (t = 1; t < hop->nb_tx; t++) {
		memcpy(copies, vec->mbufs, vec->nb_elem * sizeof(copies[0]));
		spp_send_packets(w, snap, &hop->tx[t], batch, copies, vec->nb_elem);
	}
	return spp_send_batch(w, snap, &hop->tx[0], batch);
}

static void
stage_rx_ops(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_batch *batch)
{
	const struct spp_rx_ops *ops = &snap->rx_ops[batch->port_id];
	uint64_t *drops = w->port[batch->port_id].rx_drops;
	struct rte_event_vector *vec = batch->vec;

	if (ops->filter != SPP_FILTER_NONE)
		vec->nb_elem = spp_filter_apply(vec->mbufs, vec->nb_elem, drops);
	if (ops->vlan.op != SPP_VLAN_NONE)
		vec->nb_elem = spp_vlan_apply(ops->vlan, vec->mbufs, vec->nb_elem, drops);
	if (ops->source_check)
		vec->nb_elem = spp_source_check(snap, ops->end, vec->mbufs, vec->nb_elem, drops);
}

/* What comes by its rx port, before the component has it. */
static void
stage_receive(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_batch *batch)
{
	uint8_t any = __atomic_load_n(&snap->rx_ops[batch->port_id].any, __ATOMIC_ACQUIRE);

	if (likely((any & (SPP_RX_TAPPED | SPP_RX_TRACED)) == 0)) {
		stage_rx_ops(w, snap, batch);
		return;
	}
	if (any & SPP_RX_TAPPED)
		spp_tap_through(&w->env->taps[batch->port_id], batch->vec->mbufs,
				batch->vec->nb_elem);
	if (any & SPP_RX_TRACED)
		spp_trace_stage(batch);
	stage_rx_ops(w, snap, batch);
	if (any & SPP_RX_TRACED)
		spp_trace_table(&snap->hop[batch->queue], snap->table, batch);
}

bool
spp_stage_run(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_batch *batch)
{
	const struct spp_hop *hop = &snap->hop[batch->queue];
	struct spp_queue_counters *counters = &w->queue[batch->queue];
	struct rte_event_vector *vec = batch->vec;
	uint16_t port_id = batch->port_id;

	if (snap->rx_ops[port_id].hop) /* others are counted when they are received */
		w->port[port_id].rx_packets += vec->nb_elem;
	if (unlikely(__atomic_load_n(&snap->rx_ops[port_id].any, __ATOMIC_RELAXED)))
		stage_receive(w, snap, batch);
	counters->packets += vec->nb_elem;
	counters->vectors++;
	if (unlikely(hop->stage == SPP_STAGE_NONE || hop->nb_tx == 0 || vec->nb_elem == 0)) {
		spp_drop(vec->mbufs, vec->nb_elem, counters->drops,
			 hop->stage == SPP_STAGE_NONE ? SPP_DROP_COMPONENT_REMOVED
						      : SPP_DROP_INCOMPLETE);
		spp_worker_vector_put(w, vec);
		return false;
	}
	if (hop->stage == SPP_STAGE_PASS)
		return spp_send_batch(w, snap, &hop->tx[0], batch);
	if (hop->stage == SPP_STAGE_MIRROR)
		return stage_mirror(w, snap, batch);
	return stage_classify(w, snap, batch);
}
