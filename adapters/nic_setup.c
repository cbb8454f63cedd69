/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the primary does to a NIC: configure it once, and let it receive into another VF's pool.
 * Knows nothing of VFs or event devices.
 */
#include "spp/dp/nic.h"

#include <string.h>

#include <rte_errno.h>
#include <rte_ethdev.h>

#define NIC_DESCRIPTORS 1024

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

static int
nic_rx_setup(uint16_t eth_port, struct rte_mempool *mbufs, struct spp_error *err)
{
	uint16_t nb_rx = NIC_DESCRIPTORS, nb_tx = NIC_DESCRIPTORS;
	int ret;

	ret = rte_eth_dev_adjust_nb_rx_tx_desc(eth_port, &nb_rx, &nb_tx);
	if (ret == 0)
		ret = rte_eth_rx_queue_setup(eth_port, 0, nb_rx, rte_eth_dev_socket_id(eth_port),
					     NULL, mbufs);
	return ret < 0 ? nic_fail(err, eth_port, "rx queue cannot be set up", ret) : 0;
}

int
spp_nic_setup(uint16_t eth_port, struct rte_mempool *mbufs, uint32_t mtu, struct spp_error *err)
{
	uint16_t nb_rx = NIC_DESCRIPTORS, nb_tx = NIC_DESCRIPTORS;
	struct rte_eth_conf conf;
	struct rte_eth_dev_info info;
	uint16_t old_mtu;
	int ret;

	memset(&conf, 0, sizeof(conf));
	ret = rte_eth_dev_info_get(eth_port, &info);
	if (ret < 0)
		return nic_fail(err, eth_port, "gives no information", ret);
	if (mtu + RTE_ETHER_HDR_LEN + 2 * RTE_VLAN_HLEN + RTE_PKTMBUF_HEADROOM >
	    rte_pktmbuf_data_room_size(mbufs))
		conf.rxmode.offloads |= info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER;
	conf.txmode.offloads |= info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	ret = rte_eth_dev_configure(eth_port, 1, 1, &conf);
	if (ret < 0)
		return nic_fail(err, eth_port, "cannot be configured with 1 rx and 1 tx queue",
				ret);
	ret = rte_eth_dev_get_mtu(eth_port, &old_mtu);
	if (ret == 0 && old_mtu != mtu) {
		ret = rte_eth_dev_set_mtu(eth_port, mtu);
		if (ret < 0 && ret != -ENOTSUP)
			return spp_error(err, -ret,
					 "nic%u: does not take --mtu %u (now %u, %u to %u)",
					 eth_port, mtu, old_mtu, info.min_mtu, info.max_mtu);
	}
	ret = rte_eth_dev_adjust_nb_rx_tx_desc(eth_port, &nb_rx, &nb_tx);
	if (ret == 0)
		ret = rte_eth_tx_queue_setup(eth_port, 0, nb_tx, rte_eth_dev_socket_id(eth_port),
					     NULL);
	if (ret < 0)
		return nic_fail(err, eth_port, "tx queue cannot be set up", ret);
	ret = nic_rx_setup(eth_port, mbufs, err);
	return ret < 0 ? ret : nic_start(eth_port, err);
}

int
spp_nic_rebind(uint16_t eth_port, struct rte_mempool *mbufs, struct spp_error *err)
{
	int ret = rte_eth_dev_stop(eth_port);

	if (ret < 0)
		return nic_fail(err, eth_port, "cannot be stopped", ret);
	ret = nic_rx_setup(eth_port, mbufs, err);
	return ret < 0 ? ret : nic_start(eth_port, err);
}
