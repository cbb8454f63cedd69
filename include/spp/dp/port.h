/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A NIC or vhost as the packet path sees it: a few functions and nothing else.
 *
 * adapters/ makes these, the worker calls them. A ring has no such functions: it is a hop from
 * event queue to event queue (src/packet/handover.c).
 *
 * Threads: rx is called by at most one worker at a time, and so is tx (possibly another one): NICs
 * and librte_vhost rely on it (adapters/vhost/owner.h).
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

struct spp_tap; /* src/packet/tap.h */

/**
 * The fields that a capture changes while workers run, `rx` and `tx`, are read by spp_dp_rx() and
 * spp_dp_tx() only.
 */
struct spp_dp_port {
	/**
	 * Receive up to nb (at most SPP_VECTOR_SIZE) packets into pkts. The caller owns them.
	 * Counts what it returns, and what it had to drop with the reason.
	 *
	 * @param counters of this port, here and in tx: the worker's, an element of its array by
	 *        port id (an uplink counts with its NICs, dp/uplink.h)
	 */
	uint16_t (*rx)(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
		       struct spp_port_counters *counters);
	/**
	 * Send packets in their order. Never blocks. Counts what it sends; what it cannot send at
	 * all (no guest, too long ...) it frees and counts with the reason.
	 *
	 * @return packets it is done with, from the first on. The others, for which it has no room
	 *         now, stay the caller's, where they are.
	 */
	uint16_t (*tx)(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
		       struct spp_port_counters *counters);
	/** Marked frames it takes as they are: SPP_TAKES_... of spp/dp/offload.h. Any thread;
	 * atomic. */
	unsigned int takes;
	/** The reason under which the caller drops what the port had no room for. */
	enum spp_drop full;
	/** The port cannot wake anybody for now, though it has `arm`. Any thread; atomic. */
	bool silent;
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
	/**
	 * tx: whoever takes what is sent here waits for this CPU and has much to take already: to
	 * send more before it had its turn would only fill what lies between. Ends by itself after
	 * a while in which nothing is taken. NULL: there is no such port behind this one. Worker,
	 * the one that sends here or did before.
	 */
	bool (*behind)(struct spp_dp_port *port, int32_t cpu);
	/** Who looks at its packets, once somebody has: rx and tx are then the tap's, which call
	 * those of the port. Control thread: rw; workers: ro, in the tap's functions. */
	struct spp_tap *tap;
};

/** Call rx. The pointer is read once: a capture may begin or end meanwhile. */
static inline uint16_t
spp_dp_rx(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
	  struct spp_port_counters *counters)
{
	return __atomic_load_n(&port->rx, __ATOMIC_RELAXED)(port, pkts, nb, counters);
}

/** Call tx, likewise. */
static inline uint16_t
spp_dp_tx(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
	  struct spp_port_counters *counters)
{
	return __atomic_load_n(&port->tx, __ATOMIC_RELAXED)(port, pkts, nb, counters);
}

/** Told of packets just before they are dropped; `drops` is the counters they go to. */
typedef void (*spp_drop_watch)(struct rte_mbuf *const *pkts, uint16_t nb, const uint64_t *drops,
			       enum spp_drop reason);

/**
 * While somebody captures, else NULL. Control thread: rw; workers: ro (atomic). Weak: whatever
 * part of the packet path a program is made of, it has one.
 */
__attribute__((weak)) spp_drop_watch spp_drop_watched;

/** Drop packets for one reason: free and count. */
static inline void
spp_drop(struct rte_mbuf **pkts, uint16_t nb, uint64_t drops[SPP_DROP_NB], enum spp_drop reason)
{
	spp_drop_watch watch = __atomic_load_n(&spp_drop_watched, __ATOMIC_ACQUIRE);

	if (unlikely(watch != NULL))
		watch(pkts, nb, drops, reason);
	rte_pktmbuf_free_bulk(pkts, nb);
	drops[reason] += nb;
}

#endif
