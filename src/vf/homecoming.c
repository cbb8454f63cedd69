/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See homecoming.h.
 */
#include "vf/homecoming.h"

#include "vf/wait.h"

bool
spp_homecoming_any(const struct spp_dataplane *dp, const struct spp_model *model)
{
	bool has[SPP_RING_MAX][SPP_RING_ENDS] = {{false}};
	const struct spp_component *c;
	unsigned int i, p;

	for (i = 0; i < model->nb_components; i++) {
		c = &model->components[i];
		for (p = 0; p < c->nb_rx; p++)
			has[c->rx[p].port.index % SPP_RING_MAX][SPP_RING_RX] |=
				c->rx[p].port.kind == SPP_PORT_RING;
		for (p = 0; p < c->nb_tx; p++)
			has[c->tx[p].port.index % SPP_RING_MAX][SPP_RING_TX] |=
				c->tx[p].port.kind == SPP_PORT_RING;
	}
	for (i = 0; i < SPP_RING_MAX; i++) {
		if (has[i][SPP_RING_RX] && has[i][SPP_RING_TX] &&
		    spp_ring_ports_has_area(&dp->ports.rings, i))
			return true;
	}
	return false;
}

struct spp_dp_port *
spp_homecoming_source(struct spp_dataplane *dp, uint16_t ring)
{
	const struct spp_port end = {.kind = SPP_PORT_RING, .queue = SPP_RING_RX, .index = ring};

	return spp_ring_ports_has_area(&dp->ports.rings, ring) ? spp_ports_dp(&dp->ports, end)
							       : NULL;
}

static bool
sends_to(const struct spp_snapshot *snap, unsigned int queue, uint16_t port_id)
{
	const struct spp_hop *hop = &snap->hop[queue];
	unsigned int t;

	for (t = 0; t < hop->nb_tx; t++) {
		if (hop->tx[t].port_id == port_id)
			return true;
	}
	return false;
}

static uint64_t
senders_to(const struct spp_snapshot *snap, uint16_t port_id)
{
	uint64_t queues = 0;
	unsigned int q;

	for (q = 0; q < SPP_COMPONENT_MAX; q++) {
		if (snap->hop[q].stage != SPP_STAGE_NONE && sends_to(snap, q, port_id))
			queues |= UINT64_C(1) << q;
	}
	return queues;
}

/* And all that sends to these, over rings that are hops. */
static uint64_t
upstream(const struct spp_snapshot *snap, uint64_t queues)
{
	uint64_t before;
	unsigned int id;

	do {
		before = queues;
		for (id = SPP_END_MAX; id < SPP_PORT_ID_MAX; id++) {
			if (snap->consumer[id] != SPP_QUEUE_NONE &&
			    (queues & UINT64_C(1) << snap->consumer[id]) != 0)
				queues |= senders_to(snap, (uint16_t)id);
		}
	} while (queues != before);
	return queues;
}

/* Those of a snapshot that send to rings that the bridge takes home. */
static uint64_t
senders(const struct spp_snapshot *bridge, const struct spp_snapshot *snap)
{
	const struct spp_source *source;
	uint64_t queues = 0;
	unsigned int w, i;

	for (w = 0; w < SPP_WORKER_MAX; w++) {
		for (i = 0; i < bridge->worker[w].nb; i++) {
			source = &bridge->worker[w].source[i];
			if (source->port_id >= SPP_END_MAX)
				queues |= senders_to(snap, source->port_id);
		}
	}
	return upstream(snap, queues);
}

uint64_t
spp_homecoming_pause(const struct spp_dataplane *dp, const struct spp_snapshot *bridge)
{
	return senders(bridge, dp->running) | senders(bridge, bridge);
}

uint64_t
spp_homecoming_senders(const struct spp_snapshot *bridge)
{
	return senders(bridge, bridge);
}

/* Packets of a ring of the bridge in its area, or on the way to the component behind it. */
static bool
has_older(const struct spp_dataplane *dp)
{
	const struct spp_source *source;
	unsigned int w, i;

	for (w = 0; w < SPP_WORKER_MAX; w++) {
		for (i = 0; i < dp->running->worker[w].nb; i++) {
			source = &dp->running->worker[w].source[i];
			if (source->port_id >= SPP_END_MAX &&
			    (spp_ring_ports_waiting(&dp->ports.rings,
						    spp_port_from_id(source->port_id).index) > 0 ||
			     spp_in_flight_vectors(&dp->env.in_flight[source->port_id]) > 0))
				return true;
		}
	}
	return false;
}

/* What a worker took out of an area before the token it has sent on by the next quiescent state. */
bool
spp_homecoming_is_over(struct spp_dataplane *dp)
{
	struct spp_error err;

	return !has_older(dp) &&
	       spp_dataplane_wait_quiescent(dp, SPP_WORKERS_ALL, spp_dataplane_begin_grace(dp),
					    &err) == 0 &&
	       !has_older(dp);
}
