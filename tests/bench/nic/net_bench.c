/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A NIC for measuring: a DPDK driver (EAL option -d) whose ports send ready packets as fast as they
 * are polled, or at a rate, and take, count and free what they are given. Primaries make a port by
 * --vdev net_bench0,ctl=FILE; secondaries find it. See bench_ctl.h for what can be set and read
 * while it runs. Setting up only; net_bench_io.c has the packets' way.
 *
 * With ask=1 it asks all secondaries when it is started and stopped, as mlx5, mlx4, mana and hns3
 * do; with slow=MS its start takes so long; with fails=N its Nth start fails.
 */
#include "net_bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_kvargs.h>
#include <rte_malloc.h>

#ifndef BENCH_DRIVER
#define BENCH_DRIVER "net_bench"
#endif
#define ASK_NAME "net_bench"
#define ASK_S    5 /* as those drivers */

struct bench_ctl *bench_ctls[RTE_MAX_ETHPORTS];

static int
dev_ok(struct drv_eth_dev *dev)
{
	RTE_SET_USED(dev);
	return 0;
}

/* In a secondary. */
static int
on_ask(const struct rte_mp_msg *msg, const void *peer)
{
	struct rte_mp_msg answer = {.len_param = 0};

	snprintf(answer.name, sizeof(answer.name), "%s", msg->name);
	return rte_mp_reply(&answer, peer);
}

/* Of the primary to all secondaries; each that does not answer in time costs the whole time. */
static int
ask_secondaries(const struct bench_private *private)
{
	struct timespec limit = {.tv_sec = ASK_S};
	struct bench_ctl *ctl = bench_ctls[private->eth_port];
	struct rte_mp_msg msg = {.len_param = 0};
	struct rte_mp_reply reply;
	int ret;

	if (!private->ask || ctl == NULL)
		return 0;
	snprintf(msg.name, sizeof(msg.name), ASK_NAME);
	ret = rte_mp_request_sync(&msg, &reply, &limit);
	ctl->asked++;
	if (ret < 0 || reply.nb_received < reply.nb_sent)
		ctl->not_answered++;
	ctl->answers += (uint64_t)reply.nb_received;
	free(reply.msgs);
	return ret < 0 ? -rte_errno : 0;
}

static int
dev_start(struct drv_eth_dev *dev)
{
	struct bench_private *private = dev->data->dev_private;

	rte_delay_us_sleep(private->slow_ms * 1000);
	if (++private->starts == private->fails)
		return -EIO;
	dev->data->dev_link.link_status = RTE_ETH_LINK_UP;
	return ask_secondaries(private);
}

static int
dev_stop(struct drv_eth_dev *dev)
{
	dev->data->dev_link.link_status = RTE_ETH_LINK_DOWN;
	return ask_secondaries(dev->data->dev_private);
}

static int
dev_link_update(struct drv_eth_dev *dev, int wait)
{
	RTE_SET_USED(dev);
	RTE_SET_USED(wait);
	return 0;
}

static int
dev_mtu_set(struct drv_eth_dev *dev, uint16_t mtu)
{
	RTE_SET_USED(dev);
	RTE_SET_USED(mtu);
	return 0;
}

static int
dev_stats_get(struct drv_eth_dev *dev, struct rte_eth_stats *stats)
{
	const struct bench_private *private = dev->data->dev_private;
	const struct bench_ctl *ctl = bench_ctls[private->eth_port];

	stats->ipackets = ctl->rx_packets;
	stats->ibytes = ctl->rx_bytes;
	stats->imissed = ctl->rx_missed;
	stats->rx_nombuf = ctl->rx_nombuf;
	stats->opackets = ctl->tx_packets;
	stats->obytes = ctl->tx_bytes;
	return 0;
}

static int
dev_info_get(struct drv_eth_dev *dev, struct rte_eth_dev_info *info)
{
	RTE_SET_USED(dev);
	info->max_rx_pktlen = UINT16_MAX;
	info->max_mtu = UINT16_MAX;
	info->max_rx_queues = info->max_tx_queues = 1;
	info->max_mac_addrs = 1;
	return 0;
}

static int
dev_rx_queue_setup(struct drv_eth_dev *dev, uint16_t queue, uint16_t nb_desc,
		   unsigned int socket_id, const struct rte_eth_rxconf *conf,
		   struct rte_mempool *pool)
{
	struct bench_private *private = dev->data->dev_private;

	RTE_SET_USED(socket_id);
	RTE_SET_USED(conf);
	private->rx.nb_desc = nb_desc;
	private->rx.pool = pool;
	private->rx.generation = 0;
	dev->data->rx_queues[queue] = private;
	return 0;
}

static int
dev_tx_queue_setup(struct drv_eth_dev *dev, uint16_t queue, uint16_t nb_desc,
		   unsigned int socket_id, const struct rte_eth_txconf *conf)
{
	RTE_SET_USED(nb_desc);
	RTE_SET_USED(socket_id);
	RTE_SET_USED(conf);
	dev->data->tx_queues[queue] = dev->data->dev_private;
	return 0;
}

static const struct drv_eth_ops ops = {
	.configure = dev_ok,
	.start = dev_start,
	.stop = dev_stop,
	.set_link_up = dev_ok,
	.set_link_down = dev_ok,
	.close = dev_ok,
	.link_update = dev_link_update,
	.promiscuous = {dev_ok, dev_ok},
	.allmulticast = {dev_ok, dev_ok},
	.mtu_set = dev_mtu_set,
	.stats_get = dev_stats_get,
	.info_get = dev_info_get,
	.rx_queue_setup = dev_rx_queue_setup,
	.tx_queue_setup = dev_tx_queue_setup,
};

static int
ctl_map(uint16_t eth_port, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct bench_ctl *ctl;

	if (fd < 0) {
		fprintf(stderr, "net_bench: %s: %s\n", path, strerror(errno));
		return -errno;
	}
	ctl = mmap(NULL, sizeof(*ctl), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (ctl == MAP_FAILED || ctl->magic != BENCH_CTL_MAGIC) {
		fprintf(stderr, "net_bench: %s: no control block (tests/bench/nic.py makes it)\n",
			path);
		return -EINVAL;
	}
	bench_ctls[eth_port] = ctl;
	return 0;
}

/* A wrong picture of DPDK's structures would show here. */
static bool
bench_layout_fits(const struct drv_vdev *vdev, const struct drv_eth_dev *dev)
{
	const char *name = vdev->device.name;

	return strncmp(name, BENCH_DRIVER, strlen(BENCH_DRIVER)) == 0 &&
	       strcmp(dev->data->name, name) == 0 &&
	       (rte_eal_process_type() == RTE_PROC_SECONDARY || dev->data->mtu == RTE_ETHER_MTU);
}

static int
keep_path(const char *key, const char *value, void *arg)
{
	struct bench_private *private = arg;

	RTE_SET_USED(key);
	snprintf(private->path, sizeof(private->path), "%s", value);
	return 0;
}

static int
keep_ask(const char *key, const char *value, void *arg)
{
	struct bench_private *private = arg;

	RTE_SET_USED(key);
	private->ask = strcmp(value, "1") == 0;
	return 0;
}

static int
keep_slow(const char *key, const char *value, void *arg)
{
	struct bench_private *private = arg;

	RTE_SET_USED(key);
	private->slow_ms = (unsigned int)strtoul(value, NULL, 10);
	return 0;
}

static int
keep_fails(const char *key, const char *value, void *arg)
{
	struct bench_private *private = arg;

	RTE_SET_USED(key);
	private->fails = (unsigned int)strtoul(value, NULL, 10);
	return 0;
}

static int
private_make(struct drv_vdev *vdev, struct drv_eth_dev *dev)
{
	static const char *const keys[] = {"ctl", "ask", "slow", "fails", NULL};
	struct rte_kvargs *args = rte_kvargs_parse(vdev->device.devargs->args, keys);
	struct bench_private *private = rte_zmalloc("net_bench", sizeof(*private), 64);
	struct rte_ether_addr *mac = rte_zmalloc("net_bench", sizeof(*mac), 0);
	int ret = -EINVAL;

	dev->data->dev_private = private;
	dev->data->mac_addrs = mac;
	if (args != NULL && private != NULL && mac != NULL) {
		mac->addr_bytes[0] = 0x02;
		dev->data->dev_link = (struct rte_eth_link){
			.link_speed = RTE_ETH_SPEED_NUM_100G,
			.link_duplex = RTE_ETH_LINK_FULL_DUPLEX,
			.link_autoneg = RTE_ETH_LINK_FIXED,
		};
		ret = rte_kvargs_process(args, "ctl", keep_path, private);
		rte_kvargs_process(args, "ask", keep_ask, private);
		rte_kvargs_process(args, "slow", keep_slow, private);
		rte_kvargs_process(args, "fails", keep_fails, private);
	}
	rte_kvargs_free(args);
	return ret;
}

static int
bench_probe(struct drv_vdev *vdev)
{
	bool secondary = rte_eal_process_type() == RTE_PROC_SECONDARY;
	struct drv_eth_dev *dev = secondary ? rte_eth_dev_attach_secondary(vdev->device.name)
					    : rte_eth_dev_allocate(vdev->device.name);
	struct bench_private *private;
	int ret = 0;

	if (dev == NULL)
		return -ENODEV;
	if (!bench_layout_fits(vdev, dev)) {
		fprintf(stderr, "net_bench: DPDK %s is laid out differently\n", rte_version());
		return -ENOTSUP;
	}
	if (!secondary)
		ret = private_make(vdev, dev);
	if (ret < 0) {
		rte_eth_dev_release_port(dev);
		return ret;
	}
	dev->device = &vdev->device;
	dev->ops = &ops;
	dev->rx_pkt_burst = bench_rx;
	dev->tx_pkt_burst = bench_tx;
	rte_eth_dev_probing_finish(dev);
	private = dev->data->dev_private;
	if (!secondary)
		rte_eth_dev_get_port_by_name(vdev->device.name, &private->eth_port);
	else if (private->ask)
		(void)rte_mp_action_register(ASK_NAME, on_ask); /* once for all ports */
	return ctl_map(private->eth_port, private->path);
}

static int
bench_remove(struct drv_vdev *vdev)
{
	struct drv_eth_dev *dev = rte_eth_dev_allocated(vdev->device.name);

	if (dev != NULL && rte_eal_process_type() != RTE_PROC_SECONDARY)
		rte_eth_dev_release_port(dev);
	return 0;
}

static struct drv_vdev_driver driver = {
	.driver = {.name = BENCH_DRIVER},
	.probe = bench_probe,
	.remove = bench_remove,
};

RTE_INIT(bench_register)
{
	rte_vdev_register(&driver);
}
