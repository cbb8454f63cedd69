/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What `sppctl trace --what-if` was asked, of which wiring, and the answer as steps.
 * Made for trace, read by trace_text, trace_json and trace_notes.
 */
#ifndef SPP_CTL_TRACE_CASE_H
#define SPP_CTL_TRACE_CASE_H

#include <jansson.h>
#include <stdbool.h>

#include "change/process.h"
#include "change/wiring.h"
#include "ctl/ctl.h"
#include "spp/port_text.h"
#include "trace/walk.h"

/** "00:11:22:33:44:55" and its NUL. */
#define CTL_TRACE_MAC_SIZE 18
/** Rings between two spp_vf that a packet may pass (`loop`: it is dropped at the next one). */
#define CTL_TRACE_RINGS_MAX 8

struct ctl_trace_case {
	char name[SPP_PROCESS_NAME_SIZE]; /**< whose wiring; "": the file does not say */
	const char *file;                 /**< where it is from; NULL: from the process */
	json_t *info;                     /**< status; NULL: only the wiring is known */
	json_t *infos;                    /**< of all processes; NULL: only this one is known */
	unsigned int rings;               /**< between two spp_vf, on the way to here */
	struct wiring *wiring;
	struct spp_trace_facts facts;
	struct spp_port from;
	struct spp_trace_frame frame;                          /**< as it comes in */
	char dst[CTL_TRACE_MAC_SIZE], src[CTL_TRACE_MAC_SIZE]; /**< src "": not given */
	struct spp_trace *trace;
};

/** Reads the words, finds the wiring, walks. @return -1: go on; else the exit code */
int ctl_trace_case_make(const struct ctl *ctl, const char *port, const char *dst,
			struct ctl_trace_case *out);
/** Goes on where a step has left to another spp_vf: its way there. False: it is dropped there, for
 * it has come over too many such rings, or cannot be told. */
bool ctl_trace_case_follow(const struct ctl_trace_case *a, const struct spp_trace_step *step,
			   struct ctl_trace_case *out);
/** The spp_vf that a step has left to. */
const char *ctl_trace_case_other(const struct ctl_trace_case *a, const struct spp_trace_step *step);

void ctl_trace_case_free(struct ctl_trace_case *a);

#endif
