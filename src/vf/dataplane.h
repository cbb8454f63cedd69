/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The packet path of one VF as a whole: its workers, the wiring they have, its ports. Owned by the
 * control thread. start.h makes and ends it, steps.h changes its wiring, counters.h tells of it.
 */
#ifndef SPP_SRC_DATAPLANE_H
#define SPP_SRC_DATAPLANE_H

#include "spp/dataplane.h"

#include "packet/worker.h"
#include "vf/ports.h"

/** What is taken off the workers' counters to show them; see counters.h. */
struct spp_counters_base {
	struct spp_port_stats port[SPP_PORT_ID_MAX];         /**< at its last clear */
	struct spp_component_stats queue[SPP_COMPONENT_MAX]; /**< then, or when it was linked */
	uint64_t drops[SPP_DROP_NB];                         /**< at the last clear */
};

struct spp_captures;
struct spp_tap_sink;

struct spp_dataplane {
	struct spp_inventory inventory;
	struct spp_ports ports;
	struct spp_wiring wiring;
	struct spp_worker_env env;
	struct spp_snapshot *running;       /**< = wiring.snapshot */
	struct spp_snapshot *prepared;      /**< built, not yet published */
	struct spp_snapshot *bridge;        /**< what comes before that, or NULL: vf/homecoming.h */
	struct spp_snapshot *home;          /**< what comes after the bridge that runs, or NULL */
	uint64_t held;                      /**< queues that are paused meanwhile */
	uint64_t nb_published;              /**< snapshots so far: which one runs */
	struct spp_snapshot *retiring;      /**< list: published no more, maybe still in use */
	uint64_t retire_token;              /**< when it is passed, nobody uses any of them */
	uint16_t linked[SPP_COMPONENT_MAX]; /**< lcore of each queue, or SPP_LCORE_PARKED */
	struct spp_worker *worker[SPP_WORKER_MAX];
	struct spp_counters_base base;
	bool counted[SPP_PORT_ID_MAX]; /**< a wiring has named the port: it may have counters */
	struct spp_captures *captures; /**< NULL: none can be asked for */
	struct spp_tap_sink *tracing;  /**< of the trace that runs, or NULL */
};

#endif
