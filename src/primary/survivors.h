/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Processes that outlive their primary for a moment. They still have its memory, whose
 * administration lies in files of the EAL's runtime directory. A primary that starts writes these
 * files anew before it looks whether anybody uses them: a spp_vf that frees its memory then finds
 * pages of size 0 and ends with SIGFPE (seen with DPDK 24.11), and the start fails all the same
 * ("Cannot allocate memzone list"). So whoever is about to start waits for them first.
 */
#ifndef SPP_PRIMARY_SURVIVORS_H
#define SPP_PRIMARY_SURVIVORS_H

#include <signal.h>

#include "spp/error.h"

/** Longer than a VF takes to end whose primary has gone (vf/end.c: 5 s). */
#define SPP_SURVIVORS_S 10

/**
 * Until nobody uses what a primary left that has ended. With one that lives it returns at once:
 * the EAL refuses us then. Which process is waited for is logged once. Main thread, before the EAL
 * starts.
 *
 * @param dir     the EAL's runtime directory
 * @param seconds at most
 * @param stop    not 0: whoever started us wants no more
 * @return 0; -EBUSY: one still uses it, named in err; -EINTR: stop
 */
int spp_survivors_wait(const char *dir, unsigned int seconds, const volatile sig_atomic_t *stop,
		       struct spp_error *err);

#endif
