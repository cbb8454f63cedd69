/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a spp_vf waits for before it starts its EAL, which would wait for it without limit and
 * without a word: a spp_primary that is ready, its turn to start, and locks of DPDK's that somebody
 * holds. Until then it has made nothing, and may be ended at any moment.
 */
#ifndef SPP_AWAIT_H
#define SPP_AWAIT_H

#include <signal.h>

#include "spp/error.h"

/** Seconds to wait for a primary that is starting, and for others that start first. */
#define SPP_AWAIT_TURN_S 60
/** Seconds to wait for a lock of DPDK's: a dead one's is released much sooner. */
#define SPP_AWAIT_LOCK_S 20

/**
 * @param dir   the EAL's runtime directory; what it holds is the primary's
 * @param stop  not 0: whoever started us wants no more
 * @return a descriptor that holds the start lock (common/start_lock.h): give it back when the
 *   start is over; or -errno, -EINTR for stop
 */
int spp_await_turn(const char *dir, const volatile sig_atomic_t *stop, struct spp_error *err);

/** What of DPDK's locks is taken now, as spp_start_watch_begin() wants it. */
void spp_await_why(char *out, size_t size);

#endif
