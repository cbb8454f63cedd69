/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * vhost-user ports made inside a secondary by librte_vhost (adapters/vhost.c).
 *
 * Threads: create/destroy from the control thread. librte_vhost's own thread connects and
 * disconnects guests; before it lets a guest's memory go it calls `synchronize`, which must return
 * only when no worker can still be inside rx/tx with the old guest.
 */
#ifndef SPP_DP_VHOST_H
#define SPP_DP_VHOST_H

#include <stdbool.h>

#include <rte_mempool.h>

#include "spp/dp/port.h"
#include "spp/error.h"

struct spp_vhost_config {
	const char *path;          /**< UNIX socket; in server mode a stale one is removed first */
	bool client;               /**< we connect to qemu's server=on socket, for ever */
	const char *owner, *group; /**< "" or NULL: leave as created */
	uint32_t frame_max;        /**< bytes of the largest frame, without CRC: mtu + 18 */
	struct rte_mempool *mbufs; /**< packets from the guest are copied into these */
	/** Returns when every worker passed a quiescent state; called on librte_vhost's thread. */
	void (*synchronize)(void *arg);
	void *synchronize_arg;
	/** Wake a worker that sleeps on the port (spp_dp_port.arm); any thread. */
	void (*wake)(void *sleeper);
	/** One line for the operator (guest connected, gone, ...); may be NULL. */
	void (*log)(int priority, const char *line);
};

struct spp_vhost;

int spp_vhost_create(const struct spp_vhost_config *config, unsigned int index,
		     struct spp_vhost **out, struct spp_error *err);
/** Unregister the socket; the workers must no longer use the port. NULL is fine. */
void spp_vhost_destroy(struct spp_vhost *vhost);

struct spp_dp_port *spp_vhost_dp(struct spp_vhost *vhost);
/** A guest is connected and its queues are enabled. Any thread. */
bool spp_vhost_connected(const struct spp_vhost *vhost);

#endif
