/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Watches a start of ours from a thread of its own: the EAL waits for locks without limit and
 * without a word. What the start waits for is said, and it ends when it has taken too long.
 */
#ifndef SPP_START_WATCH_H
#define SPP_START_WATCH_H

#include <stddef.h>

/** Seconds a start may wait for a file's lock that another program has. */
#define SPP_START_FLOCK_S 60

/**
 * Watch the calling thread. Once in a process, until spp_start_watch_end().
 *
 * @param limit_s seconds until the process ends with code 1; 0: only SPP_START_FLOCK_S counts
 * @param why     what it may be waiting for, if that is known: writes a text that begins with ": ",
 *                or leaves out as it is; NULL: nobody knows
 */
void spp_start_watch_begin(unsigned int limit_s, void (*why)(char *out, size_t size));
void spp_start_watch_end(void);

#endif
