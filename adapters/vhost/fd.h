/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * File descriptors that a guest hands over, and the socket it does so by: whether touching them can
 * block or fail. Called by adapters/vhost/hook.c on librte_vhost's thread; knows nothing of DPDK.
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

/** A descriptor for requests of ours: a UNIX socket. */
int spp_vhost_fd_socket(int fd, struct spp_error *err);
/**
 * Close a guest's descriptor without waiting. close() of some waits as long as the guest likes (a
 * TCP socket with SO_LINGER, a file of FUSE): a thread of its own does that; while too many do, it
 * is left open.
 */
void spp_vhost_fd_close(int fd);

/**
 * Guest memory: a file of a file system in memory, with at least `needed` bytes. No more seals can
 * be added to it (F_SEAL_SEAL, memfd_create(2)).
 *
 * @param block its block size (a huge page's for hugetlbfs), of which a mapping has a multiple.
 */
int spp_vhost_fd_memory(int fd, uint64_t needed, size_t *block, struct spp_error *err);

/**
 * Put a guest's connection in the place of one that librte_vhost has just taken from its own socket
 * and does not watch yet: under the same number, so that librte_vhost goes on with the guest. None
 * that a guest handed over is taken for it, whatever its address says.
 *
 * @param inner path of librte_vhost's socket.
 * @param guest the connection; closed, also on failure.
 * @param hint  the number that was found last time: looked at first, since all take long. -1: none.
 * @return the number; owned by librte_vhost. -1: it has taken none.
 */
int spp_vhost_fd_replace(const char *inner, int guest, int hint);

/** How many descriptors this process has open. */
unsigned int spp_vhost_fd_count(void);

/** As many descriptors as we may have: guests bring some. */
void spp_vhost_fd_raise_limit(void);

/** Nobody may keep librte_vhost's thread waiting: deadlines for both directions. */
int spp_vhost_fd_hurry(int fd);
/** The other side reads what we send: there is room for a reply. */
bool spp_vhost_fd_has_room(int fd);
/** Another message has come already. */
bool spp_vhost_fd_has_more(int fd);

#endif
