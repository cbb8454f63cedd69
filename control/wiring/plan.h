/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What has to be done so that the staged model runs: the difference as a list of steps.
 *
 * Made by txn at flush, carried out by commit. Pure: touches nothing but the plan and the queue
 * numbers of the staged components.
 */
#ifndef SPP_CONTROL_PLAN_H
#define SPP_CONTROL_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/dataplane.h"
#include "spp/error.h"
#include "spp/levels.h"
#include "spp/model.h"
#include "wiring/names.h"

/** Every port that can be named, the queues of NICs and the ends of rings one by one. */
#define SPP_HELD_PORTS_MAX                                                                         \
	(SPP_PORT_ID_MAX + SPP_NIC_MAX * (SPP_NIC_QUEUE_MAX - 1) +                                 \
	 SPP_RING_MAX * (SPP_RING_ENDS - 1))

/** lcore of a queue whose link could not be undone: the next flush makes it anew. */
#define SPP_LCORE_UNKNOWN (SPP_LCORE_PARKED - 1)

/** Ports, the queues of a NIC one by one; of a ring `queue` is the end (enum spp_ring_side), which
 * another VF may have. The packet path has a set of whole ports (spp_port_set).
 */
struct spp_held_ports {
	uint16_t queues[SPP_PORT_ID_MAX]; /**< bit q: queue q of the port */
};

/** What this VF has of the data plane now: ports acquired, queues linked. commit notes it step by
 * step, so that it is right also after a flush that failed on its way. */
struct spp_holding {
	struct spp_held_ports ports;
	uint16_t linked[SPP_COMPONENT_MAX]; /**< per event queue */
};

struct spp_plan_link {
	uint8_t queue;
	uint16_t from, to;
};

struct spp_plan {
	unsigned int nb_acquire, nb_release, nb_links;
	struct spp_port acquire[SPP_HELD_PORTS_MAX];
	struct spp_port release[SPP_HELD_PORTS_MAX];
	struct spp_plan_link links[2 * SPP_COMPONENT_MAX];
	struct spp_levels levels; /**< of the staged components */
	uint64_t pause; /**< event queues whose sources wait, and which are then drained */
	unsigned int added, changed, moved, removed; /**< components */
	bool table_changed;
};

void spp_holding_init(struct spp_holding *holding);
void spp_held_ports_add(struct spp_held_ports *set, struct spp_port port);
void spp_held_ports_remove(struct spp_held_ports *set, struct spp_port port);

/**
 * Assign event queues to the staged components and list the steps. A component keeps its queue
 * while it is the same: same name, or unnamed, of the same type on the same core.
 *
 * Paused and drained are: the components that change, move or go; those behind them that feed yet
 * others (else a packet on the old way could be overtaken by one on the new); and everything
 * upstream of these. So all that flows into a drained queue has stopped.
 *
 * @return 0, or -ENOSPC when the event device has too few queues
 */
int spp_plan_make(const struct spp_model *running, struct spp_model *staged,
		  const struct spp_holding *holding, unsigned int nb_queues, struct spp_plan *plan,
		  struct spp_error *err);

/** Nothing to do: staged already runs. */
bool spp_plan_empty(const struct spp_plan *plan);

#endif
