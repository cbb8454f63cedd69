/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What trusted guests left to us is done where frames leave by a port that does not do it itself:
 * checksums, segments. Where no guest of the VF is trusted nothing of this is called.
 */
#ifndef SPP_OFFLOAD_H
#define SPP_OFFLOAD_H

#include "packet/worker.h"

/** As spp_backlog_send(), of frames that may be marked (spp/dp/offload.h). Consumes the packets. */
void spp_offload_send(struct spp_worker *w, const struct spp_snapshot *snap,
		      const struct spp_hop_tx *tx, struct rte_mbuf **pkts, uint16_t nb);

#endif
