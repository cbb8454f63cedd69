/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Where what is seen of packets goes: a capture or a trace, with a tape for each worker. Written by
 * taps (tap.h, drop_tap.h, trace_tap.h), read by a session's thread.
 */
#ifndef SPP_TAP_SINK_H
#define SPP_TAP_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_lcore.h>

#include "spp/capture.h"

#include "packet/tape.h"

/** One capture, as workers see it. */
struct spp_tap_sink {
	struct spp_capture_request what;
	uint32_t bytes; /**< of a packet that are copied, at most */
	/* of a trace: trace_tap.h */
	uint16_t from;                         /**< port id by which they come in */
	uint32_t first_mark;                   /**< of its first packet; the others' follow */
	uint32_t marked;                       /**< so far. Worker that receives there: rw */
	const struct spp_capture_insn *filter; /**< checked; what.nb_filter of them */
	bool (*matches)(const struct spp_capture_insn *filter, size_t nb, const uint8_t *bytes,
			uint32_t length, uint32_t there); /**< runs it */
	struct spp_tape *tape[RTE_MAX_LCORE];             /**< of each worker, by lcore id */
	/* worker that has the side of the port, or the component: rw, reader: ro (atomic) */
	struct spp_capture_counts rx[SPP_PORT_ID_MAX], tx[SPP_PORT_ID_MAX];
	struct spp_capture_counts inner[SPP_COMPONENT_MAX]; /**< drops, by event queue */
};

/** Worker: so many packets were seen, of which some were not written. */
static inline void
spp_tap_count(struct spp_capture_counts *counts, uint16_t seen, uint16_t lost)
{
	__atomic_store_n(&counts->seen, counts->seen + seen, __ATOMIC_RELAXED);
	if (unlikely(lost > 0))
		__atomic_store_n(&counts->lost, counts->lost + lost, __ATOMIC_RELAXED);
}

#endif
