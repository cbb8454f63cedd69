/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * DPDK's locks that a dead process has left taken: found, and released where that is safe.
 *
 * The EAL's lists are in memory that spp_primary shares with every secondary, guarded by
 * reader-writer locks in the same memory (struct rte_mem_config, DPDK 22.11,
 * lib/eal/common/eal_memcfg.h). A process that is killed inside one leaves it taken, and every
 * other waits for it without limit: a spp_vf in its EAL's start, spp_primary in the clean-up of a
 * slot.
 *
 * A lock does not name its holder. It counts as a dead one's when somebody may be waiting for it
 * and its word has not changed for SPP_DEAD_LOCK_S, while no process that maps this memory is
 * stopped (SIGSTOP, a debugger): held by a live thread it is free again within milliseconds. A
 * process that is frozen by its cgroup does not show as stopped.
 *
 * Released are locks held for reading (nothing was changed), and the one of the memzones also when
 * held for writing: a start only maps the list under it, and a reservation that was broken off
 * leaves at most one memzone that nobody uses. What else was being changed may be half done; then
 * the log says that spp_primary has to be restarted.
 */
#ifndef SPP_DEAD_LOCK_H
#define SPP_DEAD_LOCK_H

#include "spp/error.h"

/** How long a lock must stand still, in seconds; and how long a start may lose by it. */
#define SPP_DEAD_LOCK_S 3

/**
 * Look after the locks from now on, once a second, in a thread of its own that ends with the
 * process. In spp_primary, once, after rte_eal_init() and before any VF comes.
 *
 * @return 0; -ENOTSUP: the locks are not where this version of DPDK should have them; or another
 *   negative errno. Without it a lock that a dead process left is not released.
 */
int spp_dead_lock_watch(struct spp_error *err);

#endif
