/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Makes the packet path of a VF and takes it down: private memory, workers, ports. Control thread.
 */
#ifndef SPP_START_H
#define SPP_START_H

#include "vf/dataplane.h"

struct spp_dataplane_config {
	struct spp_share *share;
	unsigned int slot;
	uint8_t dev_id;
	unsigned int nb_queues;
	unsigned int process_id;
	bool direct;
	uint32_t idle_us;
	uint8_t guest_filter;   /**< enum spp_filter, of every vhost */
	uint64_t trusted;       /**< spp_inventory.trusted */
	bool mirror;            /**< spp_inventory.mirror */
	const char *vhost_path; /**< their sockets; stays while the data plane does */
	struct rte_mempool *vectors;
	const struct spp_uplink *uplink; /**< SPP_UPLINK_MAX of them, by number; NULL: none */
};

/** Allocate everything (private memory), start no thread. */
int spp_dataplane_init(struct spp_dataplane *dp, const struct spp_dataplane_config *config,
		       struct spp_error *err);
/** Start the workers; make the vhosts of the configuration file. */
int spp_dataplane_start(struct spp_dataplane *dp, const struct spp_ports_config *ports,
			struct spp_error *err);
/** Stop the workers (their wiring is gone), close all ports. -ETIMEDOUT names the lcore. Does
 * nothing the second time, or when nothing was started. */
int spp_dataplane_stop(struct spp_dataplane *dp, struct spp_error *err);

#endif
