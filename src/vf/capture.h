/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Captures of a VF: the socket by which they are asked for, up to SPP_CAPTURE_MAX at once, each
 * with a thread of its own (capture_session.h), which has the control thread put taps at ports
 * (taps.h). Control thread only.
 */
#ifndef SPP_VF_CAPTURE_H
#define SPP_VF_CAPTURE_H

#include <sys/types.h>

#include "spp/control.h"

#include "vf/dataplane.h"

struct spp_captures;

/**
 * Listen at a path, for root and a group (spp/access.h).
 * @param control whose loop calls us
 */
int spp_captures_create(struct spp_control *control, struct spp_dataplane *dp, const char *path,
			gid_t group, struct spp_captures **out, struct spp_error *err);
/** End all of them, within seconds, and remove the socket. Before the control loop goes. NULL is
 * fine. */
void spp_captures_destroy(struct spp_captures *all);

/** Those that run. @return how many */
unsigned int spp_captures_show(const struct spp_captures *all,
			       struct spp_capture_info out[SPP_CAPTURE_MAX]);

#endif
