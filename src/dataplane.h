/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The packet path of one VF as a whole: implements spp/dataplane.h over workers, snapshots and the
 * event device.
 */
#ifndef SPP_SRC_DATAPLANE_H
#define SPP_SRC_DATAPLANE_H

#include "spp/dataplane.h"

#include "counters.h"
#include "ports.h"
#include "worker.h"

struct spp_dataplane {
	struct spp_inventory inventory;
	struct spp_ports ports;
	struct spp_wiring wiring;
	struct spp_worker_env env;
	struct spp_snapshot *running;       /**< = wiring.snapshot */
	struct spp_snapshot *prepared;      /**< built, not yet published */
	struct spp_snapshot *retiring;      /**< list: published no more, maybe still in use */
	uint64_t retire_token;              /**< when it is passed, nobody uses any of them */
	uint16_t linked[SPP_COMPONENT_MAX]; /**< lcore of each queue, or SPP_LCORE_PARKED */
	struct spp_worker *worker[SPP_WORKER_MAX];
	/** What is taken off the workers' counters to show them; see counters.h. */
	struct spp_counters_base base;
};

struct spp_dataplane_config {
	struct spp_share *share;
	unsigned int slot;
	uint8_t dev_id;
	unsigned int nb_queues;
	unsigned int process_id;
	bool direct;
	uint32_t idle_us;
	struct rte_mempool *vectors;
};

extern const struct spp_dataplane_ops spp_dataplane_ops;

/** Allocate everything (private memory), start no thread. */
int spp_dataplane_init(struct spp_dataplane *dp, const struct spp_dataplane_config *config,
		       struct spp_error *err);
/** Start the workers; make the vhosts of the configuration file. */
int spp_dataplane_start(struct spp_dataplane *dp, const struct spp_ports_config *ports,
			struct spp_error *err);
/** A grace period, however long it takes; says `degraded` past the deadline. librte_vhost's thread.
 */
void spp_dataplane_synchronize(void *arg);
/** Stop the workers (their wiring is gone), close all ports. -ETIMEDOUT names the lcore. Does
 * nothing the second time, or when nothing was started. */
int spp_dataplane_stop(struct spp_dataplane *dp, struct spp_error *err);

#endif
