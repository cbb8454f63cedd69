/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A NIC in a VF: rx through the event Rx adapter or by burst, tx by burst. Called by the worker
 * that has the NIC as a source or sink.
 *
 * Where all goes through the event device the adapter polls the NIC in scalar mode, one burst a run
 * (max_nb_rx 0), and hands the burst to nic_packed(), which takes the mbufs and leaves the adapter
 * no event: the worker packs them into one event vector itself, as it does for a vhost, so that
 * every vector is counted, paused and dispatched in one place. (The adapter's own vector mode loses
 * mbufs in DPDK 22.11.) Where packets may go the short way there is no adapter.
 */
#include "spp/dp/nic.h"

#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_event_eth_rx_adapter.h>
#include <rte_service.h>

#include "nic/chains.h"

/* BATCH_SIZE of rte_event_eth_rx_adapter.c */
#define ADAPTER_BURST 32

/* Without FCS. */
#define FRAME_MIN 60

struct spp_nic {
	struct spp_dp_port dp;
	uint32_t service_id;
	uint32_t frame_max;
	uint16_t eth_port;
	uint16_t segs_max; /* mbufs a frame may have at its tx, as it is configured */
	uint8_t adapter_id;
	uint8_t ev_port;
	bool adapter;
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

/* What cannot be forwarded goes, and the rest moves up. Returns how many stay. */
static uint16_t
nic_drop_bad(const struct spp_nic *nic, struct rte_mbuf **pkts, uint16_t nb,
	     struct spp_port_counters *counters, uint64_t *bytes)
{
	uint16_t i, kept = 0;

	*bytes = 0;
	for (i = 0; i < nb; i++) {
		if (pkts[i]->pkt_len > nic->frame_max) {
			spp_drop(&pkts[i], 1, counters->rx_drops, SPP_DROP_TOO_BIG);
		} else if (pkts[i]->data_len < RTE_ETHER_HDR_LEN) {
			spp_drop(&pkts[i], 1, counters->rx_drops, SPP_DROP_MALFORMED);
		} else {
			*bytes += pkts[i]->pkt_len;
			pkts[kept++] = pkts[i];
		}
	}
	return kept;
}

/* Check and count what was received. Returns how many stay. */
static uint16_t
nic_check(const struct spp_nic *nic, struct rte_mbuf **pkts, uint16_t nb,
	  struct spp_port_counters *counters)
{
	uint32_t longest = 0, shortest = UINT32_MAX;
	uint64_t bytes = 0;
	uint16_t i;

	for (i = 0; i < nb; i++) {
		bytes += pkts[i]->pkt_len;
		longest = RTE_MAX(longest, pkts[i]->pkt_len);
		shortest = RTE_MIN(shortest, (uint32_t)pkts[i]->data_len);
	}
	if (unlikely(longest > nic->frame_max || shortest < RTE_ETHER_HDR_LEN))
		nb = nic_drop_bad(nic, pkts, nb, counters, &bytes);
	counters->rx_packets += nb;
	counters->rx_bytes += bytes;
	return nb;
}

/* Takes every packet of the burst; returns 0 events for the adapter to enqueue. */
static uint16_t
nic_packed(uint16_t eth_port, uint16_t queue, uint32_t size, uint32_t count, struct rte_event *ev,
	   uint16_t nb, void *arg, uint16_t *nb_dropped)
{
	struct spp_nic *nic = arg;
	uint16_t i;

	RTE_SET_USED(eth_port);
	RTE_SET_USED(queue);
	RTE_SET_USED(size);
	RTE_SET_USED(count);
	*nb_dropped = 0;
	for (i = 0; i < nb; i++) {
		if (likely(nic->rx_nb < nic->rx_max))
			nic->rx_pkts[nic->rx_nb++] = ev[i].mbuf;
		else
			spp_drop(&ev[i].mbuf, 1, nic->rx_counters->rx_drops, SPP_DROP_NO_VECTOR);
	}
	return 0;
}

/* --dispatch event: by the adapter, one of its bursts after the other while they are full. */
static uint16_t
nic_rx_adapter(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
	       struct spp_port_counters *counters)
{
	struct spp_nic *nic = (struct spp_nic *)dp;
	uint16_t before;

	nic->rx_pkts = pkts;
	nic->rx_max = nb;
	nic->rx_nb = 0;
	nic->rx_counters = counters;
	do {
		before = nic->rx_nb;
		rte_service_run_iter_on_app_lcore(nic->service_id, 0);
	} while (nic->rx_nb - before >= ADAPTER_BURST && nic->rx_nb + ADAPTER_BURST <= nb);
	return nic_check(nic, pkts, nic->rx_nb, counters);
}

/* --dispatch auto: the adapter would make an event of each packet only for us to undo it. */
static uint16_t
nic_rx_direct(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
	      struct spp_port_counters *counters)
{
	struct spp_nic *nic = (struct spp_nic *)dp;

	nb = rte_eth_rx_burst(nic->eth_port, 0, pkts, nb);
	return nb == 0 ? 0 : nic_check(nic, pkts, nb, counters);
}

/* As many as the NIC takes, from the first on. bytes: of all; the PMD may free what it takes. */
static uint16_t
nic_send(struct spp_nic *nic, struct rte_mbuf **pkts, uint16_t nb, uint64_t bytes,
	 struct spp_port_counters *counters)
{
	uint16_t i, sent;

	sent = rte_eth_tx_burst(nic->eth_port, 0, pkts, nb);
	for (i = sent; i < nb; i++)
		bytes -= pkts[i]->pkt_len;
	counters->tx_packets += sent;
	counters->tx_bytes += bytes;
	return sent;
}

/* In place of the packet a copy of our own, in as few mbufs as it fits in. False: no mbuf. */
static bool
nic_copy(struct rte_mbuf **pkt)
{
	struct rte_mbuf *copy = rte_pktmbuf_copy(*pkt, (*pkt)->pool, 0, UINT32_MAX);

	if (copy == NULL)
		return false;
	rte_pktmbuf_free_bulk(pkt, 1);
	*pkt = copy;
	return true;
}

/*
 * Zeros up to the shortest frame that Ethernet has (IEEE 802.3, 4.2.3.3): a guest's ARP has 42
 * bytes, and a frame that came with a tag of 60 has lost it. One that others hold too, or that is
 * in pieces, is copied first. False: no mbuf for a copy.
 */
static bool
nic_pad(struct rte_mbuf **pkt)
{
	uint16_t missing = (uint16_t)(FRAME_MIN - (*pkt)->pkt_len);

	if (unlikely(rte_mbuf_refcnt_read(*pkt) > 1 || !RTE_MBUF_DIRECT(*pkt) ||
		     (*pkt)->nb_segs > 1 || rte_pktmbuf_tailroom(*pkt) < missing)) {
		if (!nic_copy(pkt))
			return false;
	}
	memset(rte_pktmbuf_append(*pkt, missing), 0, missing);
	return true;
}

/* Whether the frame can be sent, as it is or changed; else the reason. */
static bool
nic_fit(const struct spp_nic *nic, struct rte_mbuf **pkt, enum spp_drop *why)
{
	*why = SPP_DROP_TOO_BIG; /* it came in with full length, and got a VLAN tag since */
	if ((*pkt)->pkt_len > nic->frame_max)
		return false;
	*why = SPP_DROP_NO_MBUF;
	if ((*pkt)->nb_segs > nic->segs_max && !nic_copy(pkt))
		return false;
	if ((*pkt)->pkt_len < FRAME_MIN && !nic_pad(pkt))
		return false;
	*why = SPP_DROP_TOO_BIG; /* for this NIC: it takes no chain, and one mbuf has no room */
	return (*pkt)->nb_segs <= nic->segs_max;
}

/* Frames from the first on that can be sent, and their bytes; why: the one behind them cannot. */
static uint16_t
nic_prepare(const struct spp_nic *nic, struct rte_mbuf **pkts, uint16_t nb, uint64_t *bytes,
	    enum spp_drop *why)
{
	uint32_t longest = 0, shortest = UINT32_MAX;
	uint16_t i, segs = 0;

	*bytes = 0;
	for (i = 0; i < nb; i++) {
		longest = RTE_MAX(longest, pkts[i]->pkt_len);
		shortest = RTE_MIN(shortest, pkts[i]->pkt_len);
		segs = RTE_MAX(segs, pkts[i]->nb_segs);
		*bytes += pkts[i]->pkt_len;
	}
	if (likely(longest <= nic->frame_max && shortest >= FRAME_MIN && segs <= nic->segs_max))
		return nb;
	*bytes = 0;
	for (i = 0; i < nb && nic_fit(nic, &pkts[i], why); i++)
		*bytes += pkts[i]->pkt_len;
	return i;
}

static uint16_t
nic_tx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
       struct spp_port_counters *counters)
{
	struct spp_nic *nic = (struct spp_nic *)dp;
	uint16_t done = 0, ready, sent;
	enum spp_drop why = SPP_DROP_TOO_BIG;
	uint64_t bytes;

	while (done < nb) {
		ready = nic_prepare(nic, pkts + done, nb - done, &bytes, &why);
		sent = nic_send(nic, pkts + done, ready, bytes, counters);
		done += sent;
		if (sent < ready || done == nb)
			break;
		spp_drop(&pkts[done], 1, counters->tx_drops, why);
		done++;
	}
	return done;
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

/*
 * A secondary of net_memif maps its partner's memory when it first asks for the link. The bursts
 * would do so themselves, and crash when a worker sends while another receives. Other drivers are
 * not asked here: some answer with a descriptor that only the primary has.
 */
static void
nic_map_partner(uint16_t eth_port)
{
	struct rte_eth_dev_info info;
	struct rte_eth_link link;
	int ret = rte_eth_dev_info_get(eth_port, &info);

	if (ret == 0 && strcmp(info.driver_name, "net_memif") == 0)
		ret = rte_eth_link_get_nowait(eth_port, &link);
	RTE_SET_USED(ret); /* what it answers is of no matter */
}

/* As spp_primary has configured it, see setup.c. */
static uint16_t
nic_segs_max(const struct spp_nic_config *config)
{
	struct rte_eth_dev_info info;

	if (!nic_needs_chains(config->mbufs, config->frame_max) ||
	    rte_eth_dev_info_get(config->eth_port, &info) < 0)
		return 1;
	return (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) != 0 ? UINT16_MAX : 1;
}

int
spp_nic_create(const struct spp_nic_config *config, struct spp_nic **out, struct spp_error *err)
{
	struct spp_nic *nic = calloc(1, sizeof(*nic));
	int ret;

	if (nic == NULL)
		return spp_error(err, ENOMEM, "nic%u: no memory", config->eth_port);
	nic_map_partner(config->eth_port);
	nic->dp.rx = config->adapter ? nic_rx_adapter : nic_rx_direct;
	nic->adapter = config->adapter;
	nic->dp.tx = nic_tx;
	nic->dp.full = SPP_DROP_NIC_FULL;
	nic->eth_port = config->eth_port;
	nic->adapter_id = config->adapter_id;
	nic->ev_port = config->ev_port;
	nic->frame_max = config->frame_max;
	nic->segs_max = nic_segs_max(config);
	ret = config->adapter ? nic_adapter_create(nic, config->dev_id) : 0;
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
	if (nic->adapter) {
		rte_event_eth_rx_adapter_stop(nic->adapter_id);
		rte_event_eth_rx_adapter_queue_del(nic->adapter_id, nic->eth_port, 0);
		rte_event_eth_rx_adapter_free(nic->adapter_id);
	}
	free(nic);
}

struct spp_dp_port *
spp_nic_dp(struct spp_nic *nic)
{
	return &nic->dp;
}
