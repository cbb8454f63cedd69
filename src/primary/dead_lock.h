/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * DPDK's locks that a dead process has left taken: found, and released where that is safe.
 *
 * The EAL's lists are in memory that spp_primary shares with every secondary, guarded by
 * reader-writer locks in the same memory, and one spinlock (struct rte_mem_config:
 * spp/dp/dpdk_versions.h). A process that is killed inside one leaves it taken, and every
 * other waits for it without limit: a spp_vf in its EAL's start, spp_primary in the clean-up of a
 * slot.
 *
 * A lock does not name its holder. One that is taken and has not changed for seconds
 * counts as a dead one's when every process that lives and has this memory is shown to be outside
 * (holders.h), and no lock stands still that its holder may be waiting for. As long as one may hold
 * it, stopped, starved of CPU time or frozen as that may be, nothing is taken from it, and the log
 * names it.
 *
 * Released are locks held for reading (nothing was changed), and those of the memzones also when
 * held for writing: a start only maps their list, and a reservation that was broken off leaves at
 * most one memzone that nobody uses. What else was being changed may be half done; then the log
 * says that spp_primary has to be restarted.
 */
#ifndef SPP_DEAD_LOCK_H
#define SPP_DEAD_LOCK_H

#include "spp/error.h"

#include "primary/slots.h"

/** How long a lock must stand still, in seconds, before it is asked who may hold it; and what a
 * start may lose by it. */
#define SPP_DEAD_LOCK_S 3
/** When the log begins to name the one who may hold it: a start may hold one for some seconds. */
#define SPP_DEAD_LOCK_TELL_S 5

/**
 * Look after the locks from now on, once a second, in a thread of its own that ends with the
 * process. In spp_primary, once, after rte_eal_init().
 *
 * @param start_fd of the start lock (common/start_lock.h); stays open
 * @return 0; -ENOTSUP: the locks are not where this DPDK has them; or another negative errno.
 *   Without it a lock that a dead process left is not released.
 */
int spp_dead_lock_watch(struct spp_slots *slots, int start_fd, struct spp_error *err);

#endif
