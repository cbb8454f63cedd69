/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The end of a spp_vf that runs: asked for, by a signal or by a controller's `exit`, or because
 * spp_primary is not there any more. Called by main. Control thread only.
 */
#ifndef SPP_VF_END_H
#define SPP_VF_END_H

#include "spp/control.h"

#include "common/share.h"
#include "vf/attach.h"
#include "vf/dataplane.h"

struct spp_vf_end {
	struct spp_control *control;
	struct spp_dataplane *dataplane;
	const struct spp_share *share;
	struct spp_attachment_info *attachment; /**< to spp_primary */
	bool asked; /**< for this end, whatever becomes of spp_primary meanwhile */
};

/** Has spp_primary ended, or is it about to? */
bool spp_vf_end_alone(const struct spp_vf_end *end);

/**
 * Take the wiring away, let every packet in flight arrive, give all back; control and dataplane are
 * gone then. As far as spp_primary is there to help; it may end at any moment, too.
 * @return 0: in order, that of spp_primary included; -EPIPE: spp_primary died; another -errno: what
 *         could not be given back
 */
int spp_vf_end(const struct spp_vf_end *end, struct spp_error *err);

#endif
