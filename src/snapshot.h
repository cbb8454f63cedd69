/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The wiring as workers read it: built from a model, published by one pointer, never changed.
 *
 * Owner: the control thread. Workers read it between two quiescent states (rte_rcu_qsbr); it is
 * freed only after a grace period. Private memory.
 */
#ifndef SPP_SNAPSHOT_H
#define SPP_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/dp/port.h"
#include "spp/model.h"

#include "mac_table.h"

#define SPP_QUEUE_NONE 0xff

/** What a component does with a vector; SPP_STAGE_NONE: no component has this queue. */
enum spp_stage {
	SPP_STAGE_NONE,
	SPP_STAGE_PASS,     /**< forward and merge: everything to the one tx port */
	SPP_STAGE_CLASSIFY, /**< by destination MAC and VID */
};

/** Where a classifier puts a packet: a reason to drop it, or (SPP_PLACE_TX + i) hop->tx[i]. */
enum spp_place {
	SPP_PLACE_NO_ENTRY, /**< unknown unicast, no default */
	SPP_PLACE_NO_PORT,  /**< the entry's port is none of this classifier's */
	SPP_PLACE_TX,
	SPP_PLACE_MAX = SPP_PLACE_TX + SPP_SIDE_MAX,
};

/** Where a component sends: a port, or (ring) the queue of the component behind it. */
struct spp_hop_tx {
	struct spp_dp_port *dp; /**< NULL: a ring */
	uint16_t port_id;
	struct spp_vlan vlan; /**< on what leaves there */
};

/** A port whose vectors are on the way from a component, or to it. */
struct spp_hop_flow {
	uint16_t id;   /**< flow id = port id */
	uint8_t queue; /**< of the component that has it as rx */
	uint8_t level; /**< rings between the two components, at most; 0: its own rx port */
};

/** A component, at the index of its event queue. */
struct spp_hop {
	uint8_t stage;  /**< enum spp_stage */
	uint8_t worker; /**< index of the worker linked to the queue */
	uint8_t nb_tx;
	/** Sources wait while that many vectors are in flight on one way from here on. */
	uint8_t budget;
	/** Flows that count against the budget: the component's own first, then those downstream
	 *  whose worker takes turns with ours, by level and component. */
	uint16_t nb_own_flows, nb_flows;
	struct spp_hop_flow *flows;
	struct spp_hop_tx tx[SPP_SIDE_MAX];
	/** Classifier: enum spp_place by port id. */
	uint8_t place_of_port[SPP_PORT_ID_MAX];
};

/** A NIC or vhost a worker polls. */
struct spp_source {
	struct spp_dp_port *dp;
	uint16_t port_id; /**< = flow id of its vectors */
	uint8_t queue;
};

struct spp_worker_sources {
	uint16_t nb;
	uint16_t nb_queues; /**< components this worker is linked to */
	struct spp_source source[SPP_NIC_MAX + SPP_VHOST_MAX];
};

struct spp_snapshot {
	struct spp_snapshot *next_retired; /**< control: rw, once no longer published */
	struct spp_mac_table *table;
	/** Queue of the component that has the port as rx, by port id, or SPP_QUEUE_NONE. */
	uint8_t consumer[SPP_PORT_ID_MAX];
	/** What that component does to the tags of packets that come from the port, by port id. */
	struct spp_vlan rx_vlan[SPP_PORT_ID_MAX];
	struct spp_hop hop[SPP_COMPONENT_MAX];
	struct spp_worker_sources worker[SPP_WORKER_MAX];
};

/** How the builder learns what only the data plane knows. */
struct spp_snapshot_env {
	struct spp_dp_port *(*port)(void *arg, struct spp_port port); /**< NULL for a ring */
	int (*worker_of_lcore)(void *arg, unsigned int lcore_id);
	/** Threads of these workers (or the scheduler) take turns on one CPU. */
	bool (*share_cpu)(void *arg, unsigned int worker_a, unsigned int worker_b);
	bool (*shares_with_scheduler)(void *arg, unsigned int worker);
	void *arg;
};

/** NULL when there is no memory. The model has passed control's validation. */
struct spp_snapshot *spp_snapshot_create(const struct spp_model *model,
					 const struct spp_snapshot_env *env);
void spp_snapshot_destroy(struct spp_snapshot *snapshot);

#endif
