/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A NIC in a VF: rx through the event Rx adapter, tx by burst. Called by the worker that has the
 * NIC as a source or sink.
 *
 * The adapter polls the NIC in scalar mode, one burst a run (max_nb_rx 0), and hands the burst to
 * nic_packed(), which takes the mbufs and leaves the adapter no event: the worker packs the burst
 * into one event vector itself, as it does for a vhost, so that every vector is counted, paused
 * and dispatched in one place. (The adapter's own vector mode loses mbufs in DPDK 22.11.)
 */
#include "spp/dp/nic.h"

#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_event_eth_rx_adapter.h>
#include <rte_service.h>

struct spp_nic {
	struct spp_dp_port dp;
	uint32_t service_id;
	uint32_t frame_max;
	uint16_t eth_port;
	uint8_t adapter_id;
	uint8_t ev_port;
	/* Where the callback puts what the adapter received; set only while rx runs. */
	struct rte_mbuf **rx_pkts;
	uint16_t rx_nb;
	uint16_t rx_max;
	struct spp_port_counters *rx_counters;
};

static int
nic_adapter_conf(uint8_t id, uint8_t dev_id, struct rte_event_eth_rx_adapter_conf *conf, void *arg)
{
	struct spp_nic *nic = arg;

	RTE_SET_USED(id);
	RTE_SET_USED(dev_id);
	memset(conf, 0, sizeof(*conf));
	conf->event_port_id = nic->ev_port;
	conf->max_nb_rx = 0;
	return 0;
}

/* Takes every packet of the burst; returns 0 events for the adapter to enqueue. */
static uint16_t
nic_packed(uint16_t eth_port, uint16_t queue, uint32_t size, uint32_t count, struct rte_event *ev,
	   uint16_t nb, void *arg, uint16_t *nb_dropped)
{
	struct spp_nic *nic = arg;
	struct spp_port_counters *counters = nic->rx_counters;
	struct rte_mbuf *m;
	uint16_t i;

	RTE_SET_USED(eth_port);
	RTE_SET_USED(queue);
	RTE_SET_USED(size);
	RTE_SET_USED(count);
	*nb_dropped = 0;
	for (i = 0; i < nb; i++) {
		m = ev[i].mbuf;
		if (unlikely(nic->rx_nb == nic->rx_max))
			spp_drop(&m, 1, counters->rx_drops, SPP_DROP_NO_VECTOR);
		else if (unlikely(m->pkt_len > nic->frame_max))
			spp_drop(&m, 1, counters->rx_drops, SPP_DROP_TOO_BIG);
		else if (unlikely(m->data_len < RTE_ETHER_HDR_LEN))
			spp_drop(&m, 1, counters->rx_drops, SPP_DROP_MALFORMED);
		else {
			counters->rx_bytes += m->pkt_len;
			nic->rx_pkts[nic->rx_nb++] = m;
		}
	}
	return 0;
}

static uint16_t
nic_rx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
       struct spp_port_counters *counters)
{
	struct spp_nic *nic = (struct spp_nic *)dp;

	nic->rx_pkts = pkts;
	nic->rx_max = nb;
	nic->rx_nb = 0;
	nic->rx_counters = counters;
	rte_service_run_iter_on_app_lcore(nic->service_id, 0);
	counters->rx_packets += nic->rx_nb;
	return nic->rx_nb;
}

/* A frame that came in with full length may have got a VLAN tag since. */
static uint16_t
nic_keep_short(const struct spp_nic *nic, struct rte_mbuf **pkts, uint16_t nb, uint32_t length[],
	       struct spp_port_counters *counters)
{
	uint16_t i, kept = 0;

	for (i = 0; i < nb; i++) {
		if (unlikely(length[i] > nic->frame_max)) {
			spp_drop(&pkts[i], 1, counters->tx_drops, SPP_DROP_TOO_BIG);
			continue;
		}
		length[kept] = length[i];
		pkts[kept++] = pkts[i];
	}
	return kept;
}

static void
nic_tx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
       struct spp_port_counters *counters)
{
	struct spp_nic *nic = (struct spp_nic *)dp;
	uint64_t bytes = 0;
	uint32_t length[SPP_VECTOR_SIZE], longest = 0;
	uint16_t i, sent;

	/* the PMD may free what it takes: look at the lengths first */
	for (i = 0; i < nb; i++) {
		length[i] = pkts[i]->pkt_len;
		longest = RTE_MAX(longest, length[i]);
	}
	if (unlikely(longest > nic->frame_max))
		nb = nic_keep_short(nic, pkts, nb, length, counters);
	sent = rte_eth_tx_burst(nic->eth_port, 0, pkts, nb);
	for (i = 0; i < sent; i++)
		bytes += length[i];
	counters->tx_packets += sent;
	counters->tx_bytes += bytes;
	if (unlikely(sent < nb))
		spp_drop(pkts + sent, nb - sent, counters->tx_drops, SPP_DROP_NIC_FULL);
}

static int
nic_adapter_create(struct spp_nic *nic, uint8_t dev_id)
{
	/* With a flow id of ours the adapter does not compute a hash for one. */
	struct rte_event_eth_rx_adapter_queue_conf conf = {
		.rx_queue_flags = RTE_EVENT_ETH_RX_ADAPTER_QUEUE_FLOW_ID_VALID,
		.servicing_weight = 1,
	};
	uint32_t service_id;
	int ret;

	conf.ev.queue_id = 0;
	conf.ev.sched_type = RTE_SCHED_TYPE_ATOMIC;
	conf.ev.priority = RTE_EVENT_DEV_PRIORITY_NORMAL;
	/*
	 * The table of adapters is shared by all processes and the first create of a process
	 * wipes it, unless some call by id attached to it before.
	 */
	rte_event_eth_rx_adapter_service_id_get(nic->adapter_id, &service_id);
	ret = rte_event_eth_rx_adapter_create_ext(nic->adapter_id, dev_id, nic_adapter_conf, nic);
	if (ret < 0)
		return ret;
	ret = rte_event_eth_rx_adapter_queue_add(nic->adapter_id, nic->eth_port, 0, &conf);
	if (ret == 0)
		ret = rte_event_eth_rx_adapter_cb_register(nic->adapter_id, nic->eth_port,
							   nic_packed, nic);
	if (ret == 0)
		ret = rte_event_eth_rx_adapter_service_id_get(nic->adapter_id, &nic->service_id);
	if (ret == 0)
		ret = rte_service_runstate_set(nic->service_id, 1);
	if (ret == 0)
		ret = rte_event_eth_rx_adapter_start(nic->adapter_id);
	return ret;
}

int
spp_nic_create(const struct spp_nic_config *config, struct spp_nic **out, struct spp_error *err)
{
	struct spp_nic *nic = calloc(1, sizeof(*nic));
	int ret;

	if (nic == NULL)
		return spp_error(err, ENOMEM, "nic%u: no memory", config->eth_port);
	nic->dp.rx = nic_rx;
	nic->dp.tx = nic_tx;
	nic->eth_port = config->eth_port;
	nic->adapter_id = config->adapter_id;
	nic->ev_port = config->ev_port;
	nic->frame_max = config->frame_max;
	ret = nic_adapter_create(nic, config->dev_id);
	if (ret < 0) {
		/* or the next try would find its remains */
		rte_event_eth_rx_adapter_queue_del(nic->adapter_id, nic->eth_port, 0);
		rte_event_eth_rx_adapter_free(nic->adapter_id);
		free(nic);
		return spp_error(err, -ret, "nic%u: Rx adapter %u cannot be made: %s",
				 config->eth_port, config->adapter_id, rte_strerror(-ret));
	}
	*out = nic;
	return 0;
}

void
spp_nic_destroy(struct spp_nic *nic)
{
	if (nic == NULL)
		return;
	rte_event_eth_rx_adapter_stop(nic->adapter_id);
	rte_event_eth_rx_adapter_queue_del(nic->adapter_id, nic->eth_port, 0);
	rte_event_eth_rx_adapter_free(nic->adapter_id);
	free(nic);
}

struct spp_dp_port *
spp_nic_dp(struct spp_nic *nic)
{
	return &nic->dp;
}
