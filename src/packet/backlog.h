/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Packets for which a NIC, a vhost or a ring to another VF had no room: they wait a moment and are
 * sent before newer ones of that port, while everything else goes on. A port that takes nothing for
 * SPP_BACKLOG_US is given nothing to wait for any more until it takes something: from then on what
 * does not fit is dropped at once. So a guest that hangs costs the others nothing, and one that was
 * late loses nothing.
 *
 * One backlog for each port, in private memory; it belongs to the worker that has the
 * component with the port as tx. A change of that worker goes through pause and drain, and a drain
 * ends only when the backlog is empty.
 */
#ifndef SPP_BACKLOG_H
#define SPP_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "spp/dp/port.h"

#include "packet/worker.h"

/** Microseconds a port may take nothing before its backlog is dropped. */
#define SPP_BACKLOG_US 20000

struct spp_backlog {
	struct spp_dp_port *dp; /**< while something waits */
	enum spp_drop full;     /**< likewise: why it is dropped when it waited too long */
	uint16_t nb;            /**< that wait. worker: rw, control: ro (atomic) */
	uint16_t first;
	bool stuck;         /**< has taken nothing for too long */
	uint64_t last_took; /**< TSC when it last took something, or the backlog began */
	uint64_t next_try;  /**< TSC */
	struct rte_mbuf *pkts[SPP_BACKLOG_MAX]; /**< a ring, from `first` on */
};

/** Send to a NIC or vhost. Consumes the packets. */
void spp_backlog_send(struct spp_worker *w, const struct spp_snapshot *snap,
		      const struct spp_hop_tx *tx, struct rte_mbuf **pkts, uint16_t nb);

/** Once a round: try again what waits on this worker. @return packets that no longer wait */
unsigned int spp_backlog_retry(struct spp_worker *w);

/** The worker ends: drop what still waits. */
void spp_backlog_drop(struct spp_worker *w);

/** Packets that wait at the port. Any thread. */
static inline uint16_t
spp_backlog_nb(const struct spp_backlog *backlog)
{
	return __atomic_load_n(&backlog->nb, __ATOMIC_ACQUIRE);
}

#endif
