/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A look at the packets that are dropped, wherever it is: behind spp_drop() while somebody
 * captures.
 *
 * Threads: control puts sinks in and takes them out, workers copy. As with tap.h a sink may be
 * freed a grace period after it was taken out.
 */
#ifndef SPP_DROP_TAP_H
#define SPP_DROP_TAP_H

#include "packet/tap.h"
#include "packet/worker.h"

/**
 * Control: have that sink see what it asks for, or (NULL) nothing.
 * @param slot   below SPP_CAPTURE_MAX
 * @param worker whose counters tell where a packet was dropped; the same at each call
 */
void spp_drop_tap_put(unsigned int slot, struct spp_tap_sink *sink,
		      struct spp_worker *const worker[], unsigned int nb_workers);

#endif
