/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * vhost-user ports made inside a secondary by librte_vhost (adapters/vhost/vhost.c).
 *
 * Threads: create, wire, close and destroy from the control thread. A thread of ours lets guests in
 * and looks after sockets and guests once a second; librte_vhost's own serves them. Before it lets
 * the memory of a wired port's guest go it calls `synchronize`, which must return only when no
 * worker can still be inside rx/tx with the old guest.
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
	bool trusted;              /**< checksums and large frames are offered */
	struct rte_mempool *mbufs; /**< packets from the guest are copied into these */
	/** Returns when every worker passed a quiescent state; called on librte_vhost's thread. */
	void (*synchronize)(void *arg);
	void *synchronize_arg;
	/** A guest has gone; on librte_vhost's thread. May be NULL. */
	void (*gone)(void *arg);
	void *gone_arg;
	/** Wake a worker that sleeps on the port (spp_dp_port.arm); any thread. */
	void (*wake)(void *sleeper);
	/**
	 * One line for the operator (guest connected, gone, ...), on any thread; may be NULL. The
	 * guest sets the pace: whoever writes them limits the lines of each source ("vhost0").
	 */
	void (*log)(const char *source, int priority, const char *line);
};

struct spp_vhost;

/** @return 0; -EINVAL: the path, owner or group cannot be right; another -errno */
int spp_vhost_create(const struct spp_vhost_config *config, unsigned int index,
		     struct spp_vhost **out, struct spp_error *err);
/** From now on workers may use the port, or (false) no worker does any more. At first none does. */
void spp_vhost_set_wired(struct spp_vhost *vhost, bool wired);
/** Destroy a port that is not wired, unless a guest is connected. True: it is gone. */
bool spp_vhost_close(struct spp_vhost *vhost);
/**
 * Unregister the socket, and end the guest's connection; no worker may use the port. A worker that
 * armed it (spp_dp_port.arm) may still disarm it. NULL is fine.
 */
void spp_vhost_destroy(struct spp_vhost *vhost);

struct spp_dp_port *spp_vhost_dp(struct spp_vhost *vhost);
/** A guest is connected and its queues are enabled. Any thread. */
bool spp_vhost_connected(const struct spp_vhost *vhost);
/**
 * Guests have to be told the MTU (qemu: host_mtu=) to have room for frames of this length: it is
 * more than every driver has by itself, and buffers that take a frame in pieces are not offered.
 */
bool spp_vhost_needs_host_mtu(uint32_t frame_max, const struct rte_mempool *mbufs);
/** Virtio features: those offered, and (0: no guest, or it has taken none yet) those taken. Any
 * thread. */
void spp_vhost_features(const struct spp_vhost *vhost, uint64_t *offered, uint64_t *negotiated);
/** What is wrong with it, a second old at most: bit n is problem n of spp/problem.h. Any thread. */
unsigned int spp_vhost_problems(const struct spp_vhost *vhost);

#endif
