/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * File descriptors that a guest hands over, and the socket it does so by: whether touching them can
 * block or fail. Called by adapters/vhost_hook.c on librte_vhost's thread; knows nothing of DPDK.
 */
#ifndef SPP_VHOST_FD_H
#define SPP_VHOST_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spp/error.h"

/**
 * A descriptor for kicks or calls: an eventfd. Made non-blocking, since workers write to it.
 */
int spp_vhost_fd_event(int fd, struct spp_error *err);

/** A mapping of a guest's memory that only keeps the file from being sealed meanwhile. */
struct spp_vhost_trial {
	void *address;
	size_t length;
};

/**
 * Guest memory: a file of a file system in memory, writable, with at least `needed` bytes, which
 * can be mapped as librte_vhost will. The mapping made for that is left in trial.
 */
int spp_vhost_fd_memory(int fd, uint64_t needed, struct spp_vhost_trial *trial,
			struct spp_error *err);
void spp_vhost_fd_trial_end(struct spp_vhost_trial *trial);

/**
 * The newest connection on a vhost socket.
 *
 * @param path   of the socket.
 * @param client whether we are the one that connects.
 * @param nb_open how many descriptors this process has open.
 * @return its descriptor, or -1. Owned by librte_vhost.
 */
int spp_vhost_fd_connection(const char *path, bool client, unsigned int *nb_open);

/** As many descriptors as we may have: guests bring some. */
void spp_vhost_fd_raise_limit(void);

/** Nobody may keep librte_vhost's thread waiting: deadlines for both directions. */
int spp_vhost_fd_hurry(int fd);
/** The other side reads what we send: there is room for a reply. */
bool spp_vhost_fd_has_room(int fd);
/** Another message has come already. */
bool spp_vhost_fd_has_more(int fd);

#endif
