/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What leaves a component. See send.h.
 */
#include "packet/send.h"

#include <string.h>

#include "packet/backlog.h"
#include "packet/offload.h"
#include "packet/ring.h"
#include "packet/vlan.h"

/* What the component does to tags at a tx port. Returns the packets left. */
static inline uint16_t
send_tag(struct spp_worker *w, const struct spp_hop_tx *tx, struct rte_mbuf **pkts, uint16_t nb)
{
	if (likely(tx->vlan.op == SPP_VLAN_NONE))
		return nb;
	return spp_vlan_apply(tx->vlan, pkts, nb, w->port[tx->port_id].tx_drops);
}

/* To a NIC, a vhost or a ring to another VF. `stamp`: when the packets were polled. */
static inline void
send_out(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_hop_tx *tx,
	 uint32_t stamp, struct rte_mbuf **pkts, uint16_t nb)
{
	spp_latency_sample(&w->latency[tx->port_id], stamp, w->cycles_per_us);
	if (unlikely(snap->offloads))
		spp_offload_send(w, snap, tx, pkts, nb);
	else
		spp_backlog_send(w, snap, tx, pkts, nb);
}

bool
spp_send_batch(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_hop_tx *tx,
	       const struct spp_batch *batch)
{
	struct rte_event_vector *vec = batch->vec;

	vec->nb_elem = send_tag(w, tx, vec->mbufs, vec->nb_elem);
	if (likely(tx->dp == NULL && vec->nb_elem > 0))
		return spp_ring_send(w, snap, tx, vec, batch);
	if (vec->nb_elem > 0)
		send_out(w, snap, tx, spp_stamp_of(vec), vec->mbufs, vec->nb_elem);
	spp_worker_vector_put(w, vec);
	return false;
}

void
spp_send_packets(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_hop_tx *tx,
		 const struct spp_batch *batch, struct rte_mbuf **pkts, uint16_t nb)
{
	struct rte_event_vector *vec;

	nb = send_tag(w, tx, pkts, nb);
	if (unlikely(nb == 0))
		return;
	if (tx->dp != NULL) {
		send_out(w, snap, tx, spp_stamp_of(batch->vec), pkts, nb);
		return;
	}
	vec = spp_worker_vector_get(w);
	if (unlikely(vec == NULL)) {
		spp_drop(pkts, nb, w->port[tx->port_id].tx_drops, SPP_DROP_NO_VECTOR);
		return;
	}
	memcpy(vec->mbufs, pkts, nb * sizeof(pkts[0]));
	vec->nb_elem = nb;
	spp_stamp_put(vec, spp_stamp_of(batch->vec));
	spp_ring_send(w, snap, tx, vec, batch);
}
