/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The classifier: says for each packet of a vector where it goes. Pure; the worker sends.
 */
#ifndef SPP_STAGE_CLASSIFIER_H
#define SPP_STAGE_CLASSIFIER_H

#include "snapshot.h"

/** Values in dst[] beside an index into hop->tx. */
enum {
	SPP_DST_NO_ENTRY = SPP_SIDE_MAX, /**< unknown unicast, no default */
	SPP_DST_NO_PORT,                 /**< the entry's port is none of this classifier's */
	SPP_DST_MULTICAST,               /**< to the ports of group[i] */
};

/**
 * @param dst   out: per packet an index into hop->tx or one of the values above
 * @param group out: set only where dst is SPP_DST_MULTICAST
 * @return true when some packet is SPP_DST_MULTICAST
 */
bool spp_classify(const struct spp_hop *hop, const struct spp_mac_table *table,
		  struct rte_mbuf *const pkts[], uint16_t nb, uint8_t dst[],
		  const struct spp_port_set *group[]);

#endif
