/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Classifier and switch: sort the packets of a vector by where they go. The worker sends.
 */
#ifndef SPP_STAGE_CLASSIFIER_H
#define SPP_STAGE_CLASSIFIER_H

#include "packet/snapshot.h"
#include "packet/storm.h"

/** The packets of a vector by place, each place's in their order. */
struct spp_sorted {
	uint16_t nb[SPP_PLACE_MAX];
	struct rte_mbuf *pkts[SPP_PLACE_MAX][SPP_VECTOR_SIZE];
};

/**
 * A multicast packet is put to each place of its group, and its reference count says so.
 *
 * @param out only the places of the hop's tx ports, and those below SPP_PLACE_TX, are set
 * @return true when the packets of the vector and those of `out` are no longer one to one
 */
bool spp_classify(const struct spp_hop *hop, const struct spp_mac_table *table,
		  struct rte_mbuf *const pkts[], uint16_t nb, struct spp_sorted *out);

/**
 * The same for a switch: nothing goes to the place `back`, where the packets came from; multicast
 * goes to the ports of `default`, too.
 *
 * @param back  enum spp_place; SPP_PLACE_SAME_PORT: no tx port leads there
 * @param storm the rx port's bound on multicasts
 */
bool spp_switch(const struct spp_hop *hop, const struct spp_mac_table *table, uint8_t back,
		const struct spp_storm_bound *storm, struct rte_mbuf *const pkts[], uint16_t nb,
		struct spp_sorted *out);

#endif
