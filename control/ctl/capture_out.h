/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What becomes of captured packets: pcapng in files, in a pipe or before tcpdump's eyes, or a line
 * each. Used by capture.
 */
#ifndef SPP_CTL_CAPTURE_OUT_H
#define SPP_CTL_CAPTURE_OUT_H

#include <signal.h>
#include <stdbool.h>

#include "ctl/capture_case.h"
#include "ctl/ctl.h"

struct ctl_capture_out;

/** By the options. @param asked_to_end set by a signal; a reader that does not read is waited for
 * until then, and 2 s. @return -1: go on, else the exit code, and it was complained */
int ctl_capture_out_open(const struct ctl *ctl, const struct ctl_capture_case *a,
			 const volatile sig_atomic_t *asked_to_end, struct ctl_capture_out **where);

/** A packet of the part of that number; counts of a place. False: the file is full, or cannot be
 * written (then it was complained). Ids and reason are below their limits (capture_link.h). */
bool ctl_capture_out_packet(struct ctl_capture_out *out, unsigned int part,
			    const struct spp_capture_record *record, const uint8_t *bytes);
void ctl_capture_out_counts(struct ctl_capture_out *out, unsigned int part, uint16_t id, bool inner,
			    const struct spp_capture_counts *counts);
/** What is gathered. False: as above. */
bool ctl_capture_out_flush(struct ctl_capture_out *out);
/** The file has its largest size, and no other follows. */
bool ctl_capture_out_is_full(const struct ctl_capture_out *out);
/** The statistics, and the end. False: something was complained. NULL is fine. */
bool ctl_capture_out_close(struct ctl_capture_out *out);

/** Packets lost, by all places. */
uint64_t ctl_capture_out_lost(const struct ctl_capture_out *out);

#endif
