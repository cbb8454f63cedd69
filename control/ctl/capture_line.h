/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A captured packet as one line: time, place, addresses, type, length; of a dropped one the reason.
 * Used by capture_out.
 */
#ifndef SPP_CTL_CAPTURE_LINE_H
#define SPP_CTL_CAPTURE_LINE_H

#include <stdint.h>
#include <stdio.h>

#include "spp/capture.h"
#include "spp/drop.h"

/** @param place "vhost0" */
void ctl_capture_line(FILE *out, const char *place, const struct spp_capture_record *record,
		      const uint8_t *bytes);

/** What was dropped, reason by reason, and what helps. */
void ctl_capture_line_drops(FILE *out, const uint64_t drops[SPP_DROP_NB]);

#endif
