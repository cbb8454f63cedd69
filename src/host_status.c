/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Figures of spp_primary: NICs, rings with their holders, slots, schedulers. Reads only.
 */
#include "host_status.h"

#include <string.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>

static unsigned int
host_holder(const struct spp_share *share, struct spp_port port)
{
	uint32_t holder = __atomic_load_n(&share->holder[spp_port_id(port)], __ATOMIC_ACQUIRE);

	return holder > 0 ? share->process_id[holder - 1] : 0;
}

static void
host_nic(const struct spp_share *share, uint16_t index, struct spp_host_nic *out)
{
	struct spp_port port = {.kind = SPP_PORT_NIC, .index = index};
	struct rte_eth_link link;
	struct rte_eth_stats stats;
	struct rte_eth_dev_info info;
	struct rte_ether_addr mac;

	out->index = index;
	if (rte_eth_dev_info_get(index, &info) == 0)
		snprintf(out->driver, sizeof(out->driver), "%s", info.driver_name);
	if (rte_eth_macaddr_get(index, &mac) == 0)
		memcpy(out->mac, mac.addr_bytes, sizeof(out->mac));
	if (rte_eth_link_get_nowait(index, &link) == 0) {
		out->link_up = link.link_status == RTE_ETH_LINK_UP;
		out->speed_mbps =
			link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed;
	}
	out->promiscuous = rte_eth_promiscuous_get(index) == 1;
	if (rte_eth_stats_get(index, &stats) == 0) {
		out->rx_packets = stats.ipackets;
		out->tx_packets = stats.opackets;
		out->rx_missed = stats.imissed + stats.rx_nombuf;
		out->tx_errors = stats.oerrors;
	}
	out->holder = host_holder(share, port);
}

static void
host_status(void *ctx, struct spp_host_status *out)
{
	const struct spp_host *host = ctx;
	struct spp_port ring = {.kind = SPP_PORT_RING};
	unsigned int i, lcore_id;

	memset(out, 0, sizeof(*out));
	out->main_lcore = rte_get_main_lcore();
	RTE_LCORE_FOREACH(lcore_id)
	{
		if (out->nb_lcores < RTE_DIM(out->lcores))
			out->lcores[out->nb_lcores++] = (uint16_t)lcore_id;
	}
	/* not while a NIC is being set up for another VF */
	pthread_mutex_lock(&host->slots->lock);
	for (i = 0; i < SPP_NIC_MAX; i++) {
		if (host->share->nic_mask & (1u << i))
			host_nic(host->share, (uint16_t)i, &out->nics[out->nb_nics++]);
	}
	pthread_mutex_unlock(&host->slots->lock);
	out->nb_rings = host->share->nb_rings;
	for (i = 0; i < out->nb_rings; i++) {
		ring.index = (uint16_t)i;
		out->rings[i].index = (uint16_t)i;
		out->rings[i].holder = host_holder(host->share, ring);
	}
	spp_slots_status(host->slots, out);
	for (i = 0; i < host->nb_scheds; i++) {
		out->scheduler_busy_cycles += host->scheds[i].busy_cycles;
		out->scheduler_idle_cycles += host->scheds[i].idle_cycles;
		out->scheduler_asleep_cycles += host->scheds[i].asleep_cycles;
	}
}

static uint64_t
host_now_us(void *ctx)
{
	RTE_SET_USED(ctx);
	return rte_rdtsc() / (rte_get_tsc_hz() / 1000000);
}

const struct spp_host_ops spp_host_status_ops = {
	.status = host_status,
	.now_us = host_now_us,
};

void
spp_host_refresh_links(struct spp_host *host)
{
	struct spp_share *share = host->share;
	struct rte_eth_link link;
	uint32_t up = 0;
	uint16_t i;

	pthread_mutex_lock(&host->slots->lock);
	for (i = 0; i < SPP_NIC_MAX; i++) {
		if ((share->nic_mask & (1u << i)) && rte_eth_link_get_nowait(i, &link) == 0 &&
		    link.link_status == RTE_ETH_LINK_UP)
			up |= 1u << i;
	}
	pthread_mutex_unlock(&host->slots->lock);
	__atomic_store_n(&share->nic_up, up, __ATOMIC_RELAXED);
}
