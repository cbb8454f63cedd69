/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Figures of spp_primary: NICs, rings with their holders, slots, schedulers. Reads only.
 */
#include "primary/host_status.h"

#include <string.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>

#include "spp/run_dir.h"

#include "common/claims.h"
#include "common/ring_areas.h"
#include "common/ring_claims.h"
#include "primary/links.h"

static uint64_t
host_load(const uint64_t *figure)
{
	return __atomic_load_n(figure, __ATOMIC_RELAXED);
}

/* A NIC may begin anew at 0 when it is set up for another VF. */
static uint64_t
host_since(uint64_t now, uint64_t base)
{
	return now >= base ? now - base : now;
}

static void
host_nic(const struct spp_slot_nics *nics, uint16_t index, struct spp_host_nic *out)
{
	const struct spp_share *share = nics->share;
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
		out->speed_mbps = spp_links_speed(&link);
	}
	out->rx_descriptors = nics->descriptors[index];
	out->promiscuous = rte_eth_promiscuous_get(index) == 1;
	if (rte_eth_stats_get(index, &stats) == 0) {
		out->rx_packets = stats.ipackets;
		out->tx_packets = stats.opackets;
		out->rx_missed = stats.imissed + stats.rx_nombuf;
		out->tx_errors = stats.oerrors;
	}
	out->tx_drops = host_load(&share->port[spp_port_id(port)].tx_drops);
	out->holder = spp_claim_process(share, port, &out->hold);
}

static void
host_ring(const struct spp_share *share, uint16_t index, struct spp_host_ring *out)
{
	struct spp_port port = {.kind = SPP_PORT_RING, .index = index};
	const struct spp_share_port *figures = &share->port[spp_port_id(port)];
	int area = spp_ring_area_of(share, index);

	out->index = index;
	for (port.queue = 0; port.queue < SPP_RING_ENDS; port.queue++)
		out->end[port.queue].holder =
			spp_claim_process(share, port, &out->end[port.queue].hold);
	out->shared = area >= 0;
	if (out->shared)
		out->waiting = spp_shared_ring_waiting(spp_ring_area((unsigned int)area));
	out->rx_packets = host_load(&figures->rx_packets);
	out->rx_drops = host_load(&figures->rx_drops);
	out->tx_packets = host_load(&figures->tx_packets);
	out->tx_drops = host_load(&figures->tx_drops);
}

/* A vhost exists while somebody has it. */
static unsigned int
host_vhosts(const struct spp_share *share, struct spp_host_vhost out[SPP_VHOST_MAX])
{
	struct spp_port port = {.kind = SPP_PORT_VHOST};
	unsigned int nb = 0;

	for (port.index = 0; port.index < SPP_VHOST_MAX; port.index++) {
		out[nb].index = port.index;
		out[nb].holder = spp_claim_process(share, port, &out[nb].hold);
		nb += out[nb].holder != 0;
	}
	return nb;
}

/* Every NIC of -p, by ascending number. (This thread is also the one that sets them up.) */
static unsigned int
host_nics(const struct spp_host *host, struct spp_host_nic out[SPP_NIC_MAX])
{
	unsigned int i, nb = 0;

	for (i = 0; i < SPP_NIC_MAX; i++) {
		if (host->share->nic_mask & (1u << i))
			host_nic(&host->slots->nics, (uint16_t)i, &out[nb++]);
	}
	return nb;
}

static void
host_nics_since_clear(const struct spp_host *host, struct spp_host_nic *nics, unsigned int nb)
{
	const struct spp_host_nic *base;
	unsigned int i;

	for (i = 0; i < nb; i++) {
		base = &host->base[nics[i].index];
		nics[i].rx_packets = host_since(nics[i].rx_packets, base->rx_packets);
		nics[i].tx_packets = host_since(nics[i].tx_packets, base->tx_packets);
		nics[i].rx_missed = host_since(nics[i].rx_missed, base->rx_missed);
		nics[i].tx_errors = host_since(nics[i].tx_errors, base->tx_errors);
	}
}

static void
host_status(void *ctx, struct spp_host_status *out)
{
	const struct spp_host *host = ctx;
	unsigned int i, lcore_id;

	memset(out, 0, sizeof(*out));
	out->main_lcore = rte_get_main_lcore();
	RTE_LCORE_FOREACH(lcore_id)
	{
		if (out->nb_lcores < RTE_DIM(out->lcores))
			out->lcores[out->nb_lcores++] = (uint16_t)lcore_id;
	}
	out->nb_nics = host_nics(host, out->nics);
	host_nics_since_clear(host, out->nics, out->nb_nics);
	out->nb_rings = host->share->nb_rings;
	out->nb_shared_rings = host->share->nb_shared_rings;
	for (i = 0; i < out->nb_rings; i++)
		host_ring(host->share, (uint16_t)i, &out->rings[i]);
	out->nb_vhosts = host_vhosts(host->share, out->vhosts);
	spp_slots_status(host->slots, out);
	out->tsc_hz = rte_get_tsc_hz();
	for (i = 0; i < host->nb_scheds; i++) {
		out->scheduler_busy_cycles += host->scheds[i].busy_cycles;
		out->scheduler_idle_cycles += host->scheds[i].idle_cycles;
		out->scheduler_asleep_cycles += host->scheds[i].asleep_cycles;
	}
}

/* What a VF counts it clears itself; what nobody holds is ours to clear. */
static void
host_clear_unheld(struct spp_host *host, unsigned int id)
{
	struct spp_share_port *figures = &host->share->port[id];
	struct spp_port port = spp_port_from_id(id);
	bool rx = spp_claim_process(host->share, port, NULL) == 0, tx = rx;

	if (port.kind == SPP_PORT_RING) {
		port.queue = SPP_RING_TX;
		tx = spp_claim_process(host->share, port, NULL) == 0;
	}
	if (rx)
		figures->rx_packets = figures->rx_drops = 0;
	if (tx)
		figures->tx_packets = figures->tx_drops = 0;
}

static void
host_clear(void *ctx)
{
	struct spp_host *host = ctx;
	struct spp_host_nic nics[SPP_NIC_MAX];
	unsigned int i, nb = host_nics(host, nics);

	for (i = 0; i < nb; i++)
		host->base[nics[i].index] = nics[i];
	for (i = 0; i < SPP_PORT_ID_MAX; i++)
		host_clear_unheld(host, i);
}

static bool
host_clear_port(void *ctx, struct spp_port port)
{
	struct spp_host *host = ctx;
	struct spp_host_nic nics[SPP_NIC_MAX];
	unsigned int i, nb;

	if (port.kind == SPP_PORT_NIC && (host->share->nic_mask & (1u << port.index)) != 0) {
		nb = host_nics(host, nics);
		for (i = 0; i < nb; i++) {
			if (nics[i].index == port.index)
				host->base[port.index] = nics[i];
		}
	} else if (port.kind != SPP_PORT_RING || port.index >= host->share->nb_rings) {
		return false;
	}
	host_clear_unheld(host, spp_port_id(port));
	return true;
}

static bool
host_vf_socket(void *ctx, unsigned int slot, char path[SPP_SOCKET_PATH_SIZE])
{
	const struct spp_host *host = ctx;
	unsigned int process_id = host->share->process_id[slot];

	if (process_id == 0)
		return false;
	spp_run_socket(path, spp_run_dir(), process_id, false);
	return true;
}

static uint64_t
host_now_us(void *ctx)
{
	RTE_SET_USED(ctx);
	return rte_rdtsc() / (rte_get_tsc_hz() / 1000000);
}

const struct spp_host_ops spp_host_status_ops = {
	.status = host_status,
	.clear = host_clear,
	.clear_port = host_clear_port,
	.vf_socket = host_vf_socket,
	.now_us = host_now_us,
};
