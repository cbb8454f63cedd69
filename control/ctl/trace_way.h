/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The way of one packet that was traced: the places that it passed, gathered, and written. Used by
 * trace_live.
 */
#ifndef SPP_CTL_TRACE_WAY_H
#define SPP_CTL_TRACE_WAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ctl/capture_case.h"
#include "spp/capture.h"

struct ctl_trace_place {
	struct spp_capture_record record;
	uint8_t bytes[SPP_TRACE_BYTES];
};

struct ctl_trace_way {
	struct ctl_trace_place *place; /**< in the order in which they came */
	unsigned int nb, room;
	unsigned int more; /**< that were too many to be kept */
	uint64_t last_ms;  /**< when the last one came */
	bool written;
};

/** False: out of memory. */
bool ctl_trace_way_add(struct ctl_trace_way *way, const struct spp_capture_record *record,
		       const uint8_t *bytes);
/** Its last place is there, for sure: it goes one way only, and has left or was dropped. */
bool ctl_trace_way_has_end(const struct ctl_trace_way *way);
/** @param number of the packet, from 0 on */
void ctl_trace_way_write(FILE *out, const struct ctl_trace_way *way, unsigned int number,
			 const struct ctl_capture_part *part);
void ctl_trace_way_free(struct ctl_trace_way *way);

#endif
