/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A NIC or vhost as the packet path sees it: two functions and nothing else.
 *
 * adapters/ makes these, the worker calls them. A ring has no such functions: it is a hop from
 * event queue to event queue (src/worker_io.c).
 *
 * Threads: rx is called by at most one worker at a time, and so is tx (possibly another one).
 * Handing a port from one worker to another goes through pause and drain (dataplane.h).
 * No lock, log, allocation or system call of our own inside.
 */
#ifndef SPP_DP_PORT_H
#define SPP_DP_PORT_H

#include <stdbool.h>

#include <rte_mbuf.h>

#include "spp/drop.h"
#include "spp/limits.h"

/** Packets in one event vector, at most: what the event device costs is per vector. */
#define SPP_VECTOR_SIZE 128

/** Counters of one port as one worker sees it: written by that worker only. */
struct spp_port_counters {
	uint64_t rx_packets, rx_bytes;
	uint64_t tx_packets, tx_bytes;
	uint64_t rx_drops[SPP_DROP_NB];
	uint64_t tx_drops[SPP_DROP_NB];
} __rte_cache_aligned;

struct spp_dp_port {
	/**
	 * Receive up to nb (at most SPP_VECTOR_SIZE) packets into pkts. The caller owns them.
	 * Counts what it returns, and what it had to drop with the reason.
	 */
	uint16_t (*rx)(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
		       struct spp_port_counters *counters);
	/**
	 * Send nb packets. Takes all of them: what the port does not accept is freed and counted.
	 * Never blocks.
	 */
	void (*tx)(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
		   struct spp_port_counters *counters);
	/**
	 * The worker is about to sleep: have it woken when a packet comes. NULL: this port cannot
	 * wake anybody and has to be looked at from time to time.
	 *
	 * @param sleeper what the port hands to the wake function it was made with
	 * @return false: packets are there already
	 */
	bool (*arm)(struct spp_dp_port *port, void *sleeper);
	/** The worker is awake again; called after every arm, with the same sleeper. Does nothing
	 *  when another worker has armed the port since. */
	void (*disarm)(struct spp_dp_port *port, void *sleeper);
};

/** Drop packets for one reason: free and count. */
static inline void
spp_drop(struct rte_mbuf **pkts, uint16_t nb, uint64_t drops[SPP_DROP_NB], enum spp_drop reason)
{
	rte_pktmbuf_free_bulk(pkts, nb);
	drops[reason] += nb;
}

#endif
