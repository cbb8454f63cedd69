/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a capture is to be of: the words and options of `sppctl capture`, as requests to each spp_vf
 * concerned, with what its ports are called. Used by capture.
 */
#ifndef SPP_CTL_CAPTURE_CASE_H
#define SPP_CTL_CAPTURE_CASE_H

#include <jansson.h>

#include "change/process.h"
#include "ctl/ctl.h"
#include "spp/capture.h"

/** Of one spp_vf. */
struct ctl_capture_part {
	char name[SPP_PROCESS_NAME_SIZE];
	struct spp_capture_request request;
	json_t *info; /**< of its status; NULL: it did not tell */
};

struct ctl_capture_case {
	struct ctl_capture_part part[SPP_VF_MAX];
	unsigned int nb_parts;
	struct spp_capture_insn filter[SPP_CAPTURE_FILTER_MAX];
	uint32_t nb_filter;
	uint32_t snaplen;
};

/** @return -1: go on, else the exit code, and it was complained. Free it in either case. */
int ctl_capture_case_make(const struct ctl *ctl, int nb, char **words,
			  struct ctl_capture_case *out);
void ctl_capture_case_free(struct ctl_capture_case *a);

/** "vhost0" of a record, "classifier1" of a component's drops. */
void ctl_capture_case_place(const struct ctl_capture_part *part, uint16_t id, bool inner, char *out,
			    size_t size);
/** "web1, vf1": what the port's guest is called, and where the port is. */
void ctl_capture_case_about(const struct ctl_capture_part *part, uint16_t id, bool inner, char *out,
			    size_t size);

#endif
