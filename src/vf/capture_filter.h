/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Filters of captures: programs of classic BPF, as libpcap compiles them, from whoever may connect.
 * Checked here before they run, run by libpcap's bpf_filter() on the thread that writes the
 * capture: whatever a program does, no worker waits for it. Any thread; no state.
 */
#ifndef SPP_CAPTURE_FILTER_H
#define SPP_CAPTURE_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "spp/capture.h"
#include "spp/error.h"

/**
 * May it be run? Its length is bounded, every instruction is one of classic BPF, jumps go forward
 * and stay inside (so it ends: no loops), its memory has 16 words, which are written before they
 * are read, nothing is divided by a constant zero, and it ends by returning.
 * @return 0, or -EINVAL with the instruction that may not be
 */
int spp_capture_filter_check(const struct spp_capture_insn *insns, size_t nb,
			     struct spp_error *err);

/**
 * Does the packet pass? What lies beyond the bytes that were captured does not match.
 * @param insns  checked; nb 0: every packet passes
 * @param length of the packet on the wire
 */
bool spp_capture_filter_run(const struct spp_capture_insn *insns, size_t nb, const uint8_t *bytes,
			    uint32_t length, uint32_t captured);

#endif
