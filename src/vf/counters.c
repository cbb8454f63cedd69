/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sums of the workers' counters, less their bases. See counters.h.
 */
#include "vf/counters.h"

#include <string.h>

#include <rte_cycles.h>

#include "common/claims.h"

static void
counters_port_add(const struct spp_dataplane *dp, unsigned int id, struct spp_port_stats *out)
{
	const struct spp_port_counters *c;
	unsigned int w;

	for (w = 0; w < dp->inventory.nb_workers; w++) {
		c = &dp->worker[w]->port[id];
		out->rx_packets += c->rx_packets;
		out->rx_bytes += c->rx_bytes;
		out->tx_packets += c->tx_packets;
		out->tx_bytes += c->tx_bytes;
	}
}

/* What an uplink sends and receives its NICs count (spp/dp/uplink.h). A drop is of where it
 * happened: of the uplink, or of one NIC. */
static void
counters_port_sum(const struct spp_dataplane *dp, unsigned int id, struct spp_port_stats *out)
{
	const struct spp_port port = spp_port_from_id(id);
	const struct spp_uplink *uplink = &dp->inventory.uplink[port.index % SPP_UPLINK_MAX];
	const struct spp_port_counters *c;
	unsigned int m, w, d;

	memset(out, 0, sizeof(*out));
	counters_port_add(dp, id, out);
	for (w = 0; w < dp->inventory.nb_workers; w++) {
		c = &dp->worker[w]->port[id];
		for (d = 0; d < SPP_DROP_NB; d++) {
			out->rx_drops[d] += c->rx_drops[d];
			out->tx_drops[d] += c->tx_drops[d];
		}
	}
	for (m = 0; m < SPP_UPLINK_MEMBERS && port.kind == SPP_PORT_UPLINK && uplink->there; m++)
		counters_port_add(dp, uplink->nic[m], out);
}

void
spp_counters_port(void *ctx, struct spp_port port, struct spp_port_stats *out)
{
	struct spp_dataplane *dp = ctx;
	const struct spp_port_stats *base = &dp->base.port[spp_port_id(port)];
	unsigned int d;

	counters_port_sum(dp, spp_port_id(port), out);
	out->rx_packets -= base->rx_packets;
	out->rx_bytes -= base->rx_bytes;
	out->tx_packets -= base->tx_packets;
	out->tx_bytes -= base->tx_bytes;
	for (d = 0; d < SPP_DROP_NB; d++) {
		out->rx_drops[d] -= base->rx_drops[d];
		out->tx_drops[d] -= base->tx_drops[d];
	}
	out->link_up = spp_ports_link_up(&dp->ports, port);
	out->problems = spp_ports_problems(&dp->ports, port);
	spp_ports_features(&dp->ports, port, &out->offered, &out->negotiated);
	if (port.kind == SPP_PORT_RING)
		spp_ports_peer(&dp->ports, port.index, &out->peer);
}

void
spp_counters_latency(void *ctx, struct spp_port port, struct spp_latency_stats *out)
{
	struct spp_dataplane *dp = ctx;
	unsigned int id = spp_port_id(port), w, i;
	const struct spp_latency *latency;
	uint64_t cycles = 0, longer = 0;

	memset(out, 0, sizeof(*out));
	for (w = 0; id < SPP_END_MAX && w < dp->inventory.nb_workers; w++) {
		latency = &dp->worker[w]->latency[id];
		for (i = 0; i < SPP_LATENCY_BOUNDS_NB; i++)
			out->within[i] += latency->bucket[i];
		longer += latency->bucket[SPP_LATENCY_BOUNDS_NB];
		cycles += latency->cycles;
	}
	for (i = 1; i < SPP_LATENCY_BOUNDS_NB; i++)
		out->within[i] += out->within[i - 1];
	out->samples = out->within[SPP_LATENCY_BOUNDS_NB - 1] + longer;
	out->sum_ns = (uint64_t)((double)cycles * 1e9 / (double)rte_get_tsc_hz());
}

static void
counters_queue_sum(const struct spp_dataplane *dp, unsigned int queue,
		   struct spp_component_stats *out)
{
	const struct spp_queue_counters *c;
	unsigned int w, d;

	memset(out, 0, sizeof(*out));
	for (w = 0; w < dp->inventory.nb_workers; w++) {
		c = &dp->worker[w]->queue[queue];
		out->packets += c->packets;
		out->vectors += c->vectors;
		out->cycles += c->cycles;
		for (d = 0; d < SPP_DROP_NB; d++)
			out->drops[d] += c->drops[d];
	}
}

void
spp_counters_queue_begin(struct spp_dataplane *dp, unsigned int queue)
{
	counters_queue_sum(dp, queue, &dp->base.queue[queue]);
}

void
spp_counters_queue(void *ctx, unsigned int queue, struct spp_component_stats *out)
{
	struct spp_dataplane *dp = ctx;
	const struct spp_component_stats *base = &dp->base.queue[queue];
	unsigned int d;

	counters_queue_sum(dp, queue, out);
	out->packets -= base->packets;
	out->vectors -= base->vectors;
	out->cycles -= base->cycles;
	for (d = 0; d < SPP_DROP_NB; d++)
		out->drops[d] -= base->drops[d];
}

static void
counters_drops_add(uint64_t drops[SPP_DROP_NB], const uint64_t more[SPP_DROP_NB])
{
	unsigned int d;

	for (d = 0; d < SPP_DROP_NB; d++)
		drops[d] += more[d];
}

static void
counters_note_port(struct spp_dataplane *dp, struct spp_port port)
{
	const struct spp_uplink *uplink = &dp->inventory.uplink[port.index % SPP_UPLINK_MAX];
	unsigned int m;

	dp->counted[spp_port_id(port)] = true;
	for (m = 0; m < SPP_UPLINK_MEMBERS && port.kind == SPP_PORT_UPLINK && uplink->there; m++)
		dp->counted[uplink->nic[m]] = true;
}

void
spp_counters_note(struct spp_dataplane *dp, const struct spp_model *model)
{
	const struct spp_component *component;
	unsigned int i, k;

	for (i = 0; i < model->nb_components; i++) {
		component = &model->components[i];
		for (k = 0; k < component->nb_rx; k++)
			counters_note_port(dp, component->rx[k].port);
		for (k = 0; k < component->nb_tx; k++)
			counters_note_port(dp, component->tx[k].port);
	}
}

/* In the order of memory: all of it would be a quarter of a megabyte a worker, each second. */
static void
counters_drop_sum(const struct spp_dataplane *dp, uint64_t drops[SPP_DROP_NB])
{
	const struct spp_worker *worker;
	unsigned int w, i;

	memset(drops, 0, SPP_DROP_NB * sizeof(drops[0]));
	for (w = 0; w < dp->inventory.nb_workers; w++) {
		worker = dp->worker[w];
		for (i = 0; i < SPP_COMPONENT_MAX; i++)
			counters_drops_add(drops, worker->queue[i].drops);
		for (i = 0; i < SPP_PORT_ID_MAX; i++) {
			if (!dp->counted[i])
				continue;
			counters_drops_add(drops, worker->port[i].rx_drops);
			counters_drops_add(drops, worker->port[i].tx_drops);
		}
	}
}

void
spp_counters_drops(void *ctx, uint64_t drops[SPP_DROP_NB])
{
	struct spp_dataplane *dp = ctx;
	unsigned int d;

	counters_drop_sum(dp, drops);
	for (d = 0; d < SPP_DROP_NB; d++)
		drops[d] -= dp->base.drops[d];
}

void
spp_counters_lcore(void *ctx, uint16_t lcore_id, struct spp_lcore_stats *out)
{
	struct spp_dataplane *dp = ctx;
	unsigned int w = 0;

	memset(out, 0, sizeof(*out));
	out->lcore_id = lcore_id;
	while (w < dp->inventory.nb_workers && dp->inventory.workers[w] != lcore_id)
		w++;
	if (w == dp->inventory.nb_workers)
		return;
	out->busy_cycles = dp->worker[w]->busy_cycles;
	out->idle_cycles = dp->worker[w]->idle_cycles;
	out->asleep_cycles = dp->worker[w]->asleep_cycles;
}

void
spp_counters_clear_port(void *ctx, struct spp_port port)
{
	struct spp_dataplane *dp = ctx;
	unsigned int id = spp_port_id(port), m;

	counters_port_sum(dp, id, &dp->base.port[id]);
	for (m = 0; m < SPP_UPLINK_MEMBERS && port.kind == SPP_PORT_UPLINK; m++) {
		id = dp->inventory.uplink[port.index].nic[m];
		counters_port_sum(dp, id, &dp->base.port[id]);
	}
	spp_counters_publish(dp);
}

void
spp_counters_clear(void *ctx)
{
	struct spp_dataplane *dp = ctx;
	unsigned int i;

	for (i = 0; i < SPP_PORT_ID_MAX; i++)
		counters_port_sum(dp, i, &dp->base.port[i]);
	for (i = 0; i < SPP_COMPONENT_MAX; i++)
		spp_counters_queue_begin(dp, i);
	counters_drop_sum(dp, dp->base.drops);
	spp_counters_publish(dp);
}

static uint64_t
counters_all_drops(const uint64_t drops[SPP_DROP_NB])
{
	uint64_t sum = 0;
	unsigned int d;

	for (d = 0; d < SPP_DROP_NB; d++)
		sum += drops[d];
	return sum;
}

static void
counters_store(uint64_t *packets, uint64_t *dropped, uint64_t nb, const uint64_t drops[SPP_DROP_NB])
{
	__atomic_store_n(packets, nb, __ATOMIC_RELAXED);
	__atomic_store_n(dropped, counters_all_drops(drops), __ATOMIC_RELAXED);
}

void
spp_counters_publish(struct spp_dataplane *dp)
{
	struct spp_share *share = dp->env.share;
	unsigned int slot = (unsigned int)(dp->env.slot - share->slot);
	struct spp_share_port *out;
	struct spp_port_stats stats;
	struct spp_port port;
	unsigned int id;
	bool rx, tx;

	for (id = 0; id < SPP_PORT_ID_MAX; id++) {
		port = spp_port_from_id(id);
		if (port.kind == SPP_PORT_VHOST)
			continue;
		rx = tx = spp_claim_holds(share, port, slot);
		if (port.kind == SPP_PORT_RING) {
			port.queue = SPP_RING_TX;
			tx = spp_claim_holds(share, port, slot);
			port.queue = 0;
		}
		if (!rx && !tx)
			continue;
		spp_counters_port(dp, port, &stats);
		out = &share->port[id];
		if (rx)
			counters_store(&out->rx_packets, &out->rx_drops, stats.rx_packets,
				       stats.rx_drops);
		if (tx)
			counters_store(&out->tx_packets, &out->tx_drops, stats.tx_packets,
				       stats.tx_drops);
	}
}
