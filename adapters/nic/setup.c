/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the primary does to a NIC: configure it once, and let it receive into another VF's pool.
 * Knows nothing of VFs or event devices.
 */
#include "spp/dp/nic.h"

#include <stdbool.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_ethdev.h>

#include "nic/chains.h"

static int
nic_fail(struct spp_error *err, uint16_t eth_port, const char *what, int ret)
{
	return spp_error(err, -ret, "nic%u: %s: %s", eth_port, what, rte_strerror(-ret));
}

static int
nic_start(uint16_t eth_port, struct spp_error *err)
{
	int ret = rte_eth_dev_start(eth_port);

	if (ret < 0)
		return nic_fail(err, eth_port, "cannot be started", ret);
	/* The MACs of the VMs are not the NIC's own. Some vdevs have no such switch. */
	ret = rte_eth_promiscuous_enable(eth_port);
	if (ret < 0 && ret != -ENOTSUP)
		return nic_fail(err, eth_port, "promiscuous mode cannot be switched on", ret);
	ret = rte_eth_allmulticast_enable(eth_port);
	if (ret < 0 && ret != -ENOTSUP)
		return nic_fail(err, eth_port, "all-multicast cannot be switched on", ret);
	return 0;
}

/* Both queues: what a queue still holds is of the old pool, and given back by setting it up. */
static int
nic_queues_setup(uint16_t eth_port, struct spp_nic_rx *rx, struct spp_error *err)
{
	uint16_t nb_rx = rx->nb_descriptors, nb_tx = SPP_NIC_DESCRIPTORS;
	int ret;

	ret = rte_eth_dev_adjust_nb_rx_tx_desc(eth_port, &nb_rx, &nb_tx);
	if (ret == 0)
		ret = rte_eth_tx_queue_setup(eth_port, 0, nb_tx, rte_eth_dev_socket_id(eth_port),
					     NULL);
	if (ret == 0)
		ret = rte_eth_rx_queue_setup(eth_port, 0, nb_rx, rte_eth_dev_socket_id(eth_port),
					     NULL, rx->mbufs);
	rx->nb_descriptors = nb_rx;
	return ret < 0 ? nic_fail(err, eth_port, "its queues cannot be set up", ret) : 0;
}

/*
 * A virtio NIC keeps the mbufs it was given over stop and queue set-up: they would be in pools that
 * go with their VF. DPDK 22.11 and 24.11: virtio_dev_stop() frees what was sent and nothing else,
 * its queues have no release, virtio_dev_rx_queue_setup() exchanges the pool of those to come. What
 * frees them all, virtio_dev_free_mbufs(), is reached by closing the port, and by a configuration
 * that asks the device for other features than before, which not every device has. net_virtio_user:
 * src/primary/eal_args.c.
 */
static bool
nic_keeps_buffers(const struct rte_eth_dev_info *info)
{
	return strncmp(info->driver_name, "net_virtio", strlen("net_virtio")) == 0;
}

int
spp_nic_setup(uint16_t eth_port, struct spp_nic_rx *rx, uint32_t mtu, struct spp_error *err)
{
	struct rte_eth_conf conf;
	struct rte_eth_dev_info info;
	uint16_t old_mtu;
	int ret;

	memset(&conf, 0, sizeof(conf));
	ret = rte_eth_dev_info_get(eth_port, &info);
	if (ret < 0)
		return nic_fail(err, eth_port, "gives no information", ret);
	if (nic_keeps_buffers(&info))
		return spp_error(
			err, ENOTSUP,
			"nic%u: driver %s keeps mbufs when it is stopped, which the end of a "
			"spp_vf does not allow: use another NIC (in a VM e1000e, igb or vmxnet3; "
			"net_memif, net_tap)",
			eth_port, info.driver_name);
	if (nic_needs_chains(rx->mbufs, mtu + RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN)) {
		conf.rxmode.offloads |= info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER;
		conf.txmode.offloads |= info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	}
	ret = rte_eth_dev_configure(eth_port, 1, 1, &conf);
	if (ret < 0)
		return nic_fail(err, eth_port, "cannot be configured with 1 rx and 1 tx queue",
				ret);
	ret = rte_eth_dev_get_mtu(eth_port, &old_mtu);
	if (ret == 0 && old_mtu != mtu) {
		ret = rte_eth_dev_set_mtu(eth_port, mtu);
		if (ret < 0 && ret != -ENOTSUP)
			return spp_error(
				err, -ret,
				"nic%u: driver %s does not take --mtu %u (its frames have at "
				"most %u bytes)",
				eth_port, info.driver_name, mtu, info.max_rx_pktlen);
	}
	ret = nic_queues_setup(eth_port, rx, err);
	return ret < 0 ? ret : nic_start(eth_port, err);
}

int
spp_nic_rebind(uint16_t eth_port, struct spp_nic_rx *rx, struct spp_error *err)
{
	int ret = rte_eth_dev_stop(eth_port);

	if (ret < 0)
		return nic_fail(err, eth_port, "cannot be stopped", ret);
	ret = nic_queues_setup(eth_port, rx, err);
	return ret < 0 ? ret : nic_start(eth_port, err);
}
