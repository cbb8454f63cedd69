/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which component feeds which through rings: directly, as bit masks, and over how many rings.
 *
 * Used by validate (bit = position) and plan (bit = queue). Pure.
 */
#ifndef SPP_CONTROL_GRAPH_H
#define SPP_CONTROL_GRAPH_H

#include <stdint.h>

#include "spp/levels.h"
#include "spp/model.h"

struct spp_graph {
	uint64_t upstream[SPP_COMPONENT_MAX];   /**< those that send into its rx rings */
	uint64_t downstream[SPP_COMPONENT_MAX]; /**< those that receive from its tx rings */
};

enum spp_graph_bit { SPP_BIT_POSITION, SPP_BIT_QUEUE };

void spp_graph_build(const struct spp_model *model, enum spp_graph_bit bit,
		     struct spp_graph *graph);

/** @param graph of event queues (SPP_BIT_QUEUE); without loops, else the levels mean nothing */
void spp_graph_levels(const struct spp_graph *graph, struct spp_levels *levels);

/** The mask and everything reached from it over the edges. */
uint64_t spp_graph_closure(const uint64_t edges[SPP_COMPONENT_MAX], uint64_t mask);

#endif
