/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Who may hold one of the EAL's shared locks: every process that lives and has their memory, but
 * for those that are shown to be outside. A lock that stands still may be a stopped one's, a
 * starved one's, or one's that a cgroup has frozen, so silence proves nothing.
 *
 * Shown to be outside is
 * - a spp_vf that says so (spp_share_slot.calm);
 * - a thread of ours or of a spp_vf's that waits in the kernel for something from outside
 *   (threads.h);
 * - one that has had the CPU for so long, while the lock did not change, that it would have let go
 *   of it: it waits for the lock itself.
 *
 * A spp_vf that is starting is known by the start lock (common/start_lock.h), and only shown to be
 * outside of locks that a start has for moments, by the last; nor is any other program, which may
 * do what it likes inside (DPDK calls functions of a program's with some of these locks taken).
 * Processes in other PID namespaces, and those with more rights than ours, whose memory proc(5)
 * does not show us, are known by their multi-process sockets.
 *
 * Dead-lock thread of spp_primary only.
 */
#ifndef SPP_HOLDERS_H
#define SPP_HOLDERS_H

#include "primary/mapping.h"
#include "primary/slots.h"

struct spp_holders {
	struct spp_slots *slots;
	struct spp_mapping mapping; /**< of the memory with the locks */
	int start_fd;               /**< of the start lock */
	const char *dir;            /**< the EAL's runtime directory */
};

/** One who may hold it. */
struct spp_suspect {
	pid_t pid;       /**< 0: it cannot be seen from here */
	const char *why; /**< what is known of it, to be put behind its name */
};

/** A thread that may be waiting for a lock, and the CPU time it had when it was first asked about.
 */
struct spp_holders_since {
	struct spp_ran {
		pid_t tid;
		uint64_t ran;               /**< ns */
	} vf[SPP_VF_MAX], control, starter; /**< main threads, and our control thread */
};

/** Of the lock that is asked about. */
struct spp_held {
	/** nanoseconds of CPU time after which one who holds it would have let go */
	uint64_t ran_ns;
	bool with_vhost; /**< librte_vhost's threads may take it */
	bool briefly;    /**< a start, too, has it for moments only */
};

/**
 * @param since     all zero when a lock is asked about for the first time; kept for the next
 * @return true: nobody who lives holds it; false: the suspect may
 */
bool spp_holders_none(const struct spp_holders *holders, const struct spp_held *held,
		      struct spp_holders_since *since, struct spp_suspect *suspect);

#endif
