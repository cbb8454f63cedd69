/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How much of one port is in the event device: enqueued, and not yet processed by the component
 * that has the port as rx. One counter pair for each source and ring, by port id, in private
 * memory.
 */
#ifndef SPP_IN_FLIGHT_H
#define SPP_IN_FLIGHT_H

#include <stdint.h>

#include <rte_common.h>

/**
 * Each half has one writer: the worker that polls or sends to the port, and the worker that has the
 * component behind it. A change of writer goes through pause and drain (spp/dataplane.h).
 */
struct spp_in_flight {
	uint64_t enq_vectors __rte_cache_aligned; /**< producer: rw */
	uint64_t enq_packets;
	uint64_t done_vectors __rte_cache_aligned; /**< consumer: rw */
	uint64_t done_packets;
};

/**
 * Vectors in the device now, or a moment ago more than now. Any thread.
 *
 * `done` is read first: what it counts was enqueued before, so the `enq` that is read afterwards is
 * not smaller. The other way round a third thread could see more done than enqueued, which as an
 * unsigned difference is more than anything. (A vector that the device refuses is taken back from
 * `enq` by its producer, but was never done.)
 */
static inline uint64_t
spp_in_flight_vectors(const struct spp_in_flight *port)
{
	uint64_t done = __atomic_load_n(&port->done_vectors, __ATOMIC_ACQUIRE);

	return __atomic_load_n(&port->enq_vectors, __ATOMIC_RELAXED) - done;
}

/** Packets in them, alike. Any thread. */
static inline uint64_t
spp_in_flight_packets(const struct spp_in_flight *port)
{
	uint64_t done = __atomic_load_n(&port->done_packets, __ATOMIC_ACQUIRE);

	return __atomic_load_n(&port->enq_packets, __ATOMIC_RELAXED) - done;
}

/** Producer: a vector with that many packets goes into the device. */
static inline void
spp_in_flight_enqueued(struct spp_in_flight *port, uint16_t packets)
{
	__atomic_store_n(&port->enq_packets, port->enq_packets + packets, __ATOMIC_RELAXED);
	__atomic_store_n(&port->enq_vectors, port->enq_vectors + 1, __ATOMIC_RELAXED);
}

/** Producer: so many packets more in a vector that is counted already. */
static inline void
spp_in_flight_added(struct spp_in_flight *port, uint16_t packets)
{
	__atomic_store_n(&port->enq_packets, port->enq_packets + packets, __ATOMIC_RELAXED);
}

/** Producer: the device did not take it after all. */
static inline void
spp_in_flight_refused(struct spp_in_flight *port, uint16_t packets)
{
	__atomic_store_n(&port->enq_packets, port->enq_packets - packets, __ATOMIC_RELAXED);
	__atomic_store_n(&port->enq_vectors, port->enq_vectors - 1, __ATOMIC_RELAXED);
}

/** Consumer: a vector is processed. Who sees this (release, and acquire there) also sees what it
 * led to as enqueued, and itself. */
static inline void
spp_in_flight_done(struct spp_in_flight *port, uint16_t packets)
{
	__atomic_store_n(&port->done_packets, port->done_packets + packets, __ATOMIC_RELEASE);
	__atomic_store_n(&port->done_vectors, port->done_vectors + 1, __ATOMIC_RELEASE);
}

#endif
