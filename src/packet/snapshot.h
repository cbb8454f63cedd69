/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The wiring as workers read it: built from a model, published by one pointer, never changed
 * (spp_rx_ops.any has an exception).
 *
 * Owner: the control thread. Workers read it between two quiescent states (rte_rcu_qsbr); it is
 * freed only after a grace period. Private memory.
 */
#ifndef SPP_SNAPSHOT_H
#define SPP_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/dp/port.h"
#include "spp/levels.h"
#include "spp/model.h"

#include "packet/budget_parts.h"
#include "packet/mac_table.h"

struct spp_source_set;

#define SPP_QUEUE_NONE 0xff

/** Packets that may wait for room at one port (backlog.h). */
#define SPP_BACKLOG_MAX 1024
/** At all ports of a VF, of its 16,383 mbufs. */
#define SPP_BACKLOG_ALL 4096

/** What a component does with a vector; SPP_STAGE_NONE: no component has this queue. */
enum spp_stage {
	SPP_STAGE_NONE,
	SPP_STAGE_PASS,     /**< forward and merge: everything to the one tx port */
	SPP_STAGE_CLASSIFY, /**< by destination MAC and VID */
	SPP_STAGE_SWITCH,   /**< likewise, but never back to where it came from */
	SPP_STAGE_MIRROR,   /**< everything to the first tx port, a copy to each of the others */
};

/** What comes goes to the first tx port, whatever the table says. */
static inline bool
spp_stage_passes(uint8_t stage)
{
	return stage == SPP_STAGE_PASS || stage == SPP_STAGE_MIRROR;
}

/** Where a classifier or switch puts a packet: a reason to drop it, or (SPP_PLACE_TX + i)
 *  hop->tx[i]. */
enum spp_place {
	SPP_PLACE_NO_ENTRY,  /**< unknown unicast, no default */
	SPP_PLACE_NO_PORT,   /**< the entry's port is none of this component's */
	SPP_PLACE_SAME_PORT, /**< switch: where it came from */
	SPP_PLACE_STORM,     /**< switch: multicast beyond the port's bound */
	SPP_PLACE_TX,
	SPP_PLACE_MAX = SPP_PLACE_TX + SPP_SIDE_MAX,
};

/** Where a component sends: a port, or (ring) the queue of the component behind it. */
struct spp_hop_tx {
	/** NULL: a ring to a component here. One that ends in another VF has a port: ring_end.h */
	struct spp_dp_port *dp;
	uint16_t port_id;
	bool copies;          /**< of a mirror: what finds no room there is mirror_full */
	struct spp_vlan vlan; /**< on what leaves there */
};

/** A component, at the index of its event queue. */
struct spp_hop {
	uint8_t stage;  /**< enum spp_stage */
	uint8_t worker; /**< index of the worker linked to the queue */
	uint8_t nb_tx;
	struct spp_budget budget; /**< of its sources */
	struct spp_hop_tx tx[SPP_SIDE_MAX];
	/** Classifier and switch: enum spp_place by port id. */
	uint8_t place_of_port[SPP_PORT_ID_MAX];
};

/** A port a worker polls. */
struct spp_source {
	struct spp_dp_port *dp;
	uint16_t port_id; /**< = flow id of its vectors */
	uint8_t queue;
	uint32_t nics; /**< bit n: it receives from nicN */
};

struct spp_worker_sources {
	uint16_t nb;
	/** What it receives from, and (spp_snapshot_env.announcer) the uplinks it sends to. Its
	 * part of spp_snapshot.source. */
	struct spp_source *source;
};

/** Sources of one worker, at most. */
#define SPP_SOURCES_MAX (SPP_PORT_ID_MAX + SPP_UPLINK_MAX)

#define SPP_RX_OPS    1 /**< filter, vlan or source_check */
#define SPP_RX_TAPPED 2 /**< a ring that somebody captures: packet/tap.h */
#define SPP_RX_TRACED 4 /**< any port, while somebody traces: packet/trace_tap.h */

/** What is done with packets that come by a port, before its component has them; and, where that is
 *  a switch, what it has to know of the port. */
struct spp_rx_ops {
	/** SPP_RX_OPS, SPP_RX_TAPPED, SPP_RX_TRACED. The one thing in a snapshot that changes:
	 *  control sets and clears the latter two in it (atomic). */
	uint8_t any;
	uint8_t filter;       /**< enum spp_filter, first */
	struct spp_vlan vlan; /**< then this */
	bool source_check;    /**< then this */
	uint8_t back; /**< switch: enum spp_place of the tx port that leads to the same place */
	/** source_check: where packets that the component sends to this place end, see end_of_port
	 */
	uint16_t end;
	/** A ring from a component here: counted when it is taken up. Whatever is polled has been
	 * counted by then. */
	bool hop;
	uint32_t storm_pps; /**< switch: multicasts a second; UINT32_MAX: no bound */
} __rte_aligned(16);

struct spp_snapshot {
	struct spp_snapshot *next_retired; /**< control: rw, once no longer published */
	struct spp_mac_table *table;
	bool offloads;        /**< some guest is trusted: see offload.h */
	uint16_t backlog_max; /**< packets that may wait at one port, see backlog.h */
	/** Queue of the component that has the port as rx, by port id, or SPP_QUEUE_NONE. */
	uint8_t consumer[SPP_PORT_ID_MAX];
	struct spp_rx_ops rx_ops[SPP_PORT_ID_MAX]; /**< by port id */
	/** Where what is sent to a port ends, by port id: itself; of a ring the NIC or vhost (or
	 * the ring) behind the forwards, merges and mirrors (their original) that follow. */
	uint16_t end_of_port[SPP_PORT_ID_MAX];
	/** Of an end that is some source_check's: what is right there; NULL: none's. */
	struct spp_source_set *sources[SPP_PORT_ID_MAX];
	struct spp_hop hop[SPP_COMPONENT_MAX];
	struct spp_worker_sources worker[SPP_WORKER_MAX];
	struct spp_source *source; /**< of all workers */
};

/** How the builder learns what only the data plane knows. */
struct spp_snapshot_env {
	/** Of a ring (the end that `queue` says) asked only where its other end is not here. */
	struct spp_dp_port *(*port)(void *arg, struct spp_port port);
	/** Ring of which both ends are here: a source of what waits in it from before, or NULL.
	 * May be NULL. */
	struct spp_dp_port *(*left_in_ring)(void *arg, uint16_t ring);
	/** Of an uplink: what its sender polls, see spp/dp/uplink.h; and its NICs, bit by bit. */
	struct spp_dp_port *(*announcer)(void *arg, struct spp_port uplink);
	uint32_t (*nics)(void *arg, struct spp_port uplink);
	int (*worker_of_lcore)(void *arg, unsigned int lcore_id);
	/** Threads of these workers (or the scheduler) take turns on one CPU. */
	bool (*share_cpu)(void *arg, unsigned int worker_a, unsigned int worker_b);
	bool (*shares_with_scheduler)(void *arg, unsigned int worker);
	/** Somebody captures the ring of that port id. NULL: nobody. */
	bool (*tapped)(void *arg, uint16_t port_id);
	void *arg;
	bool offloads;        /**< some guest is trusted */
	bool traced;          /**< somebody traces */
	bool mirror;          /**< spp_inventory.mirror */
	uint8_t guest_filter; /**< enum spp_filter, of every vhost */
};

/**
 * The model has passed control's validation, and the levels are of it. Both, and env, may be NULL
 * where there is no component. NULL when there is no memory.
 */
struct spp_snapshot *spp_snapshot_create(const struct spp_model *model,
					 const struct spp_levels *levels,
					 const struct spp_snapshot_env *env);
void spp_snapshot_destroy(struct spp_snapshot *snapshot);

#endif
