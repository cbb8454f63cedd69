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
 * A lock does not name its holder. It counts as a dead one's when it keeps others waiting and has
 * not changed for seconds, while no process that has this memory is stopped (mapping.h), and no
 * lock stands still that its holder may be waiting for: held by a living one it is free again
 * within milliseconds. A living reader may hold it longer, who blocks on its output or is frozen by
 * its cgroup; if it goes on, its release takes the count below zero, which the next writer sets
 * right.
 *
 * Released are locks held for reading (nothing was changed), and those of the memzones also when
 * held for writing: a start only maps their list, and a reservation that was broken off leaves at
 * most one memzone that nobody uses. What else was being changed may be half done; then the log
 * says that spp_primary has to be restarted.
 */
#ifndef SPP_DEAD_LOCK_H
#define SPP_DEAD_LOCK_H

#include "spp/error.h"

/** How long a lock must stand still, in seconds; and what a start may lose by it. */
#define SPP_DEAD_LOCK_S 3
/** The same for the lock of the memory map, which a start on a busy machine holds for seconds. */
#define SPP_DEAD_MAP_S 15

/**
 * Look after the locks from now on, once a second, in a thread of its own that ends with the
 * process. In spp_primary, once, after rte_eal_init().
 *
 * @return 0; -ENOTSUP: the locks are not where DPDK 22.11 has them; or another negative errno.
 *   Without it a lock that a dead process left is not released.
 */
int spp_dead_lock_watch(struct spp_error *err);

#endif
