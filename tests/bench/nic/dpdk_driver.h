/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a driver of DPDK 22.11, 23.11 and 24.11 needs to know of ethdev's and the vdev bus's
 * insides, for as far as net_bench uses them: Debian's libdpdk-dev has no headers for drivers.
 * net_bench looks at names it knows before it trusts this (bench_layout_fits()), and meson demands
 * one of these.
 */
#ifndef DPDK_DRIVER_H
#define DPDK_DRIVER_H

#include <stdint.h>

#include <rte_devargs.h>
#include <rte_ethdev.h>
#include <rte_version.h>

/* What each release has put in between (lib/ethdev/ethdev_driver.h). */
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
#define DRV_BURSTS 7 /* tx_queue_count */
#define DRV_FLOW   1
#define DRV_LANES  3
#define DRV_INFOS  17
#elif RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0)
#define DRV_BURSTS 6 /* recycle_* */
#define DRV_FLOW   0
#define DRV_LANES  0
#define DRV_INFOS  17 /* recycle_rxq_info_get */
#else
#define DRV_BURSTS 4
#define DRV_FLOW   0
#define DRV_LANES  0
#define DRV_INFOS  16
#endif

struct drv_driver {
	void *next[2];
	const char *name;
	const char *alias;
};

struct drv_device {
	void *next[2];
	const char *name;
	const char *bus_info;
	const struct drv_driver *driver;
	const void *bus;
	int numa_node;
	struct rte_devargs *devargs;
};

struct drv_vdev {
	void *next[2];
	struct drv_device device;
};

struct drv_vdev_driver {
	void *next[2];
	struct drv_driver driver;
	int (*probe)(struct drv_vdev *vdev);
	int (*remove)(struct drv_vdev *vdev);
	void *dma[2];
	uint32_t flags;
};

/** The begin of what all processes share of a port. */
struct drv_eth_data {
	char name[RTE_ETH_NAME_MAX_LEN];
	void **rx_queues;
	void **tx_queues;
	uint16_t nb_rx_queues;
	uint16_t nb_tx_queues;
	uint16_t sriov[3];
	void *dev_private;
	struct rte_eth_link dev_link;
	struct rte_eth_conf dev_conf;
	uint16_t mtu;
	uint32_t min_rx_buf_size;
	uint64_t rx_mbuf_alloc_failed;
	struct rte_ether_addr *mac_addrs;
};

struct drv_eth_ops;

/** The begin of a process's own part of a port. */
struct drv_eth_dev {
	uint16_t (*rx_pkt_burst)(void *rxq, struct rte_mbuf **pkts, uint16_t nb);
	uint16_t (*tx_pkt_burst)(void *txq, struct rte_mbuf **pkts, uint16_t nb);
	void *other_bursts[DRV_BURSTS];
	struct drv_eth_data *data;
	void *process_private;
	const struct drv_eth_ops *ops;
	void *flow_ops[DRV_FLOW];
	struct drv_device *device;
};

/** The begin of a driver's operations, those that net_bench has not as gaps. */
struct drv_eth_ops {
	int (*configure)(struct drv_eth_dev *dev);
	int (*start)(struct drv_eth_dev *dev);
	int (*stop)(struct drv_eth_dev *dev);
	int (*set_link_up)(struct drv_eth_dev *dev);
	int (*set_link_down)(struct drv_eth_dev *dev);
	int (*close)(struct drv_eth_dev *dev);
	void *reset;
	int (*link_update)(struct drv_eth_dev *dev, int wait);
	void *speed_lanes[DRV_LANES];
	void *is_removed;
	int (*promiscuous[2])(struct drv_eth_dev *dev);
	int (*allmulticast[2])(struct drv_eth_dev *dev);
	void *mac_addr[4];
	int (*mtu_set)(struct drv_eth_dev *dev, uint16_t mtu);
	int (*stats_get)(struct drv_eth_dev *dev, struct rte_eth_stats *stats);
	void *more_stats[5];
	int (*info_get)(struct drv_eth_dev *dev, struct rte_eth_dev_info *info);
	void *gap[DRV_INFOS];
	int (*rx_queue_setup)(struct drv_eth_dev *dev, uint16_t queue, uint16_t nb_desc,
			      unsigned int socket_id, const struct rte_eth_rxconf *conf,
			      struct rte_mempool *pool);
	void *rx_release_and_intr[3];
	int (*tx_queue_setup)(struct drv_eth_dev *dev, uint16_t queue, uint16_t nb_desc,
			      unsigned int socket_id, const struct rte_eth_txconf *conf);
	void *rest[160];
};

/* Exported by librte_ethdev and librte_bus_vdev for drivers. */
struct drv_eth_dev *rte_eth_dev_allocate(const char *name);
struct drv_eth_dev *rte_eth_dev_allocated(const char *name);
struct drv_eth_dev *rte_eth_dev_attach_secondary(const char *name);
int rte_eth_dev_release_port(struct drv_eth_dev *dev);
void rte_eth_dev_probing_finish(struct drv_eth_dev *dev);
void rte_vdev_register(struct drv_vdev_driver *driver);

#endif
