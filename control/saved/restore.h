/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The start of a spp_vf with the wiring it had: reads the state file, and stages and flushes its
 * commands as if a controller had sent them. All of it, or nothing.
 *
 * Used by control, before anybody can ask anything.
 */
#ifndef SPP_CONTROL_RESTORE_H
#define SPP_CONTROL_RESTORE_H

#include "spp/error.h"
#include "wiring/txn.h"

/** How long another process may still hold a port we need, milliseconds. */
#define SPP_RESTORE_WAIT_MS 1500

/**
 * @param log may be NULL
 * @return 1: restored; 0: there is no file; -errno: it does not fit, err says why, the file is set
 *         aside (but for -ENOMEM) and nothing is staged
 */
int spp_restore(struct spp_txn *txn, const char *path, unsigned int process_id,
		void (*log)(int priority, const char *line), struct spp_error *err);

#endif
