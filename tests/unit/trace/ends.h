/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Where frames end, as text, so that two ways of finding it out can be compared: "vhost0 60 101/3",
 * "no_guest at vhost1 tx". Used by the tests of trace.
 */
#ifndef SPP_TESTS_TRACE_ENDS_H
#define SPP_TESTS_TRACE_ENDS_H

#include "spp/drop.h"
#include "trace/frame.h"
#include "trace/walk.h"

#define ENDS_MAX  512
#define ENDS_LINE 96

struct ends {
	unsigned int nb;
	char line[ENDS_MAX][ENDS_LINE];
};

/** Sent by a port. @param frame as it leaves */
void ends_sent(struct ends *ends, struct spp_port port, const struct spp_trace_frame *frame);
/** Dropped. @param place "nic0 rx", "core 2" */
void ends_dropped(struct ends *ends, enum spp_drop reason, const char *place);
/** Neither: "not taken", "loop". */
void ends_other(struct ends *ends, const char *text);

/** Those of a trace. */
void ends_of_trace(struct ends *ends, const struct spp_model *model, const struct spp_trace *trace);

/** All of them in alphabetical order, with commas. @return text */
const char *ends_text(struct ends *ends, char *text, size_t size);

#endif
