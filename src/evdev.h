/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The one place that calls rte_event_*: event_sw as this product uses it (one device per VF,
 * queues ATOMIC, one event port per worker and a parking port behind them).
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

/** The rings of an event port: what its worker enqueued (rx), what is scheduled to it (cq). */
void spp_evdev_rings(uint8_t dev_id, unsigned int ev_port, struct rte_event_ring **rx,
		     struct rte_event_ring **cq);

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
