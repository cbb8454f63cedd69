/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * From what a capture or a trace is to be of to the spp_vf that is asked for it. Used by both.
 */
#ifndef SPP_CTL_CAPTURE_OPEN_H
#define SPP_CTL_CAPTURE_OPEN_H

#include "ctl/capture_case.h"
#include "ctl/capture_link.h"
#include "ctl/ctl.h"

/** Ask the spp_vf of a part. @return -1: go on, else the exit code, and it was complained */
int ctl_capture_open(const struct ctl *ctl, const struct ctl_capture_case *a, unsigned int part,
		     struct ctl_capture_link *link);

#endif
