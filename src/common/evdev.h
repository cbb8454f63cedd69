/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * event_sw as this product uses it: one device per VF, queues ATOMIC, one event port per worker and
 * a parking port behind them. The one place that calls rte_event_dev_*, _queue_*, _port_* and
 * rte_event_ring_*, and knows the rings inside event_sw. (A NIC's Rx adapter is made by
 * adapters/nic; what of adapters lies in shared memory is here.)
 *
 * The primary configures and closes the device, the VF starts it and moves its links: see
 * docs/architecture.md, "event_sw across two processes".
 */
#ifndef SPP_EVDEV_H
#define SPP_EVDEV_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_event_ring.h>
#include <rte_eventdev.h>

#include "spp/dp/port.h"
#include "spp/error.h"
#include "spp/limits.h"

/** Events one worker takes at a time, and the depth of its CQ ring. */
#define SPP_EVENT_BURST 32
/** Events in flight above which a device takes no new ones (of 4,096 credits). */
#define SPP_NEW_EVENT_THRESHOLD 2048

/** Event queues a VF with that many workers gets. */
unsigned int spp_evdev_nb_queues(unsigned int nb_workers);

/**
 * The two rings of one event port inside event_sw. Workers and schedulers look at their fill, which
 * costs less than a call into the driver; nobody but event_sw moves events through them while the
 * device runs.
 */
struct spp_evport {
	struct rte_event_ring *in; /**< enqueued by its worker, not yet seen by the scheduler */
	struct rte_event_ring *cq; /**< scheduled to its worker, not yet dequeued */
};

/** Find them, once the port is set up. 0 or -ENODEV. */
int spp_evdev_port(uint8_t dev_id, unsigned int ev_port, struct spp_evport *out);

/** Events that the worker has enqueued and the scheduler has not taken. Any thread. */
static inline unsigned int
spp_evport_enqueued(const struct spp_evport *port)
{
	return rte_event_ring_count(port->in);
}

/** Events that wait for the worker. Any thread. */
static inline unsigned int
spp_evport_scheduled(const struct spp_evport *port)
{
	return rte_event_ring_count(port->cq);
}

/** Changes whenever the scheduler takes or gives an event at this port. Scheduler's thread. */
static inline uint64_t
spp_evport_progress(const struct spp_evport *port)
{
	return port->in->r.cons.tail + (uint64_t)port->cq->r.prod.tail;
}

/** How far the worker has enqueued by now: for spp_evport_has_taken(). Any thread. */
static inline uint32_t
spp_evport_mark(const struct spp_evport *port)
{
	return __atomic_load_n(&port->in->r.prod.tail, __ATOMIC_ACQUIRE);
}

/** The scheduler has taken all that was enqueued before the mark. Any thread. */
static inline bool
spp_evport_has_taken(const struct spp_evport *port, uint32_t mark)
{
	return (int32_t)(__atomic_load_n(&port->in->r.cons.tail, __ATOMIC_ACQUIRE) - mark) >= 0;
}

/** In place of a worker that is no more: take all that is scheduled to it away. @return events */
unsigned int spp_evport_discard(const struct spp_evport *port);

/* ---- primary ---- */

/** Index of the event device called event_swN, or -ENODEV. */
int spp_evdev_find(unsigned int n);

/** Id of the service that schedules the device, set to run in this process. */
int spp_evdev_service(uint8_t dev_id, uint32_t *service_id);

/**
 * Configure a closed device: queues, ports, every queue linked to the parking port (event_sw does
 * not start with a queue that has no link).
 */
int spp_evdev_configure(uint8_t dev_id, unsigned int nb_workers, struct spp_error *err);

/** Event vectors of SPP_VECTOR_SIZE packets. NULL, with rte_errno: as rte_mempool_create(). */
struct rte_mempool *spp_evdev_vector_pool(const char *name, unsigned int nb, unsigned int cache,
					  int socket_id);

/**
 * Close a device whose VF is gone; its rings are empty, nobody schedules it.
 *
 * @param started the VF is known to have started it; false: it may have
 */
int spp_evdev_close(uint8_t dev_id, unsigned int nb_ports, bool started);

/** Make the table of rx adapters, which a VF's first create would otherwise wipe for all. */
int spp_evdev_adapters_init(uint8_t dev_id);
/** Forget the adapter of a dead VF: its id can be used again. */
void spp_evdev_adapter_forget(uint8_t adapter_id);

/* ---- VF ---- */

/** Start a device that the primary configured; the VF's first call that concerns services. */
int spp_evdev_start(uint8_t dev_id);

/** Make `to` the only consumer of the queue; `from` was it. Link first, then unlink. */
int spp_evdev_relink(uint8_t dev_id, uint8_t queue, uint8_t from, uint8_t to);

static inline uint16_t
spp_evdev_dequeue(uint8_t dev_id, uint8_t ev_port, struct rte_event *events, uint16_t nb)
{
	return rte_event_dequeue_burst(dev_id, ev_port, events, nb, 0);
}

/** Enqueue events that are all NEW. */
static inline uint16_t
spp_evdev_enqueue_new(uint8_t dev_id, uint8_t ev_port, const struct rte_event *events, uint16_t nb)
{
	return rte_event_enqueue_new_burst(dev_id, ev_port, events, nb);
}

/** Enqueue events of which none is NEW. */
static inline uint16_t
spp_evdev_enqueue_done(uint8_t dev_id, uint8_t ev_port, const struct rte_event *events, uint16_t nb)
{
	return rte_event_enqueue_burst(dev_id, ev_port, events, nb);
}

#endif
