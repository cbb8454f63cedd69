/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A vhost port as adapters/vhost*.c share it, and the register of all of them: the way from
 * librte_vhost's device ids and paths back to the port.
 */
#ifndef SPP_VHOST_PORT_H
#define SPP_VHOST_PORT_H

#include <stdbool.h>

#include "spp/dp/vhost.h"

#include "vhost_guard.h"
#include "vhost_log.h"
#include "vhost_margin.h"

/* Rings by their names in the virtio specification, which takes the guest's view. */
#define RING_GUEST_RX 0
#define RING_GUEST_TX 1
#define RING_NB       2

struct spp_vhost {
	struct spp_dp_port dp; /* first: the worker's view is the whole port's address */

	/* librte_vhost thread: w, workers: r. Device id while the ring may be used, else -1. */
	int ring_vid[RING_NB];
	uint16_t tx_burst; /* packets a call; set before the rings may be used */
	/* Constant after create. */
	uint32_t frame_max;
	bool one_mbuf; /* a frame is at most one mbuf long, see start_driver() */
	struct rte_mempool *mbufs;

	/* librte_vhost's threads only, which serve one socket one after the other. */
	int vid;                    /* the connection that has the port, -1: none; ports_lock */
	bool running;               /* between new_device and destroy_device */
	bool ring_enabled[RING_NB]; /* as last reported */
	bool changes;               /* it sends one message after the other: rings rest */
	bool acknowledge;           /* the message in work, when it is done */
	struct spp_vhost_log log;
	int connection;       /* its socket, which is librte_vhost's; -1: none */
	unsigned int nb_ends; /* connections that have ended */
	struct spp_guard guard;
	struct spp_vhost_margins margins;

	/* Constant after create. */
	unsigned int index;
	char *path;
	bool client; /* we connect to the guest's socket */
	bool registered;
	void (*synchronize)(void *arg);
	void *synchronize_arg;
};

/** The port whose guest has this device id, or NULL. Any thread. */
struct spp_vhost *spp_vhost_find_by_vid(int vid);
/** The port of a socket, or NULL. Any thread. */
struct spp_vhost *spp_vhost_find_by_path(const char *path);
/** What workers may use follows from the state above. librte_vhost's threads. */
void spp_vhost_publish_rings(struct spp_vhost *vhost);
/** A guest has come to the port, or (-1) gone. */
void spp_vhost_set_vid(struct spp_vhost *vhost, int vid);

/** Put a new port into the register; fails when its number or path is taken. */
int spp_vhost_enter(struct spp_vhost *vhost, struct spp_error *err);
void spp_vhost_leave(struct spp_vhost *vhost);

#endif
