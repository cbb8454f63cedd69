/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Packets leave a component by one of its tx ports: to a NIC or vhost at once, over a ring to the
 * component behind it. Called by the stages.
 */
#ifndef SPP_SEND_H
#define SPP_SEND_H

#include "packet/worker.h"

/**
 * All packets of a batch to one tx port. Consumes the vector.
 * @return true when the event it came with was forwarded with it: it must not be released any more
 */
bool spp_send_batch(struct spp_worker *w, const struct spp_snapshot *snap,
		    const struct spp_hop_tx *tx, const struct spp_batch *batch);

/** Some packets of a batch to one tx port. Consumes the packets, not the batch. */
void spp_send_packets(struct spp_worker *w, const struct spp_snapshot *snap,
		      const struct spp_hop_tx *tx, const struct spp_batch *batch,
		      struct rte_mbuf **pkts, uint16_t nb);

#endif
