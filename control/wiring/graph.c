/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which component feeds which through rings. See graph.h.
 */
#include "wiring/graph.h"

#include <stdbool.h>
#include <string.h>

#define NOBODY 0xff

void
spp_graph_build(const struct spp_model *model, enum spp_graph_bit bit, struct spp_graph *graph)
{
	uint8_t consumer[SPP_RING_MAX];
	unsigned int i, j, from, to;

	memset(graph, 0, sizeof(*graph));
	memset(consumer, NOBODY, sizeof(consumer));
	for (i = 0; i < model->nb_components; i++) {
		const struct spp_component *c = &model->components[i];

		for (j = 0; j < c->nb_rx; j++) {
			if (c->rx[j].port.kind == SPP_PORT_RING)
				consumer[c->rx[j].port.index] =
					(uint8_t)(bit == SPP_BIT_QUEUE ? c->queue : i);
		}
	}
	for (i = 0; i < model->nb_components; i++) {
		const struct spp_component *c = &model->components[i];

		from = bit == SPP_BIT_QUEUE ? c->queue : i;
		for (j = 0; j < c->nb_tx; j++) {
			if (c->tx[j].port.kind != SPP_PORT_RING)
				continue;
			to = consumer[c->tx[j].port.index];
			if (to == NOBODY)
				continue;
			graph->downstream[from] |= UINT64_C(1) << to;
			graph->upstream[to] |= UINT64_C(1) << from;
		}
	}
}

uint64_t
spp_graph_closure(const uint64_t edges[SPP_COMPONENT_MAX], uint64_t mask)
{
	uint64_t before;
	unsigned int i;

	do {
		before = mask;
		for (i = 0; i < SPP_COMPONENT_MAX; i++) {
			if (mask & UINT64_C(1) << i)
				mask |= edges[i];
		}
	} while (mask != before);
	return mask;
}

/** From one component over one more ring. True when a longer way than known has been found. */
static bool
go_on(const struct spp_graph *graph, unsigned int at, uint8_t levels[SPP_COMPONENT_MAX])
{
	unsigned int level = levels[at] + 1u, to;
	bool news = false;

	/* No way is longer, but in a loop. */
	for (to = 0; to < SPP_COMPONENT_MAX && level < SPP_COMPONENT_MAX; to++) {
		if ((graph->downstream[at] & UINT64_C(1) << to) == 0 ||
		    (levels[to] != SPP_LEVEL_NONE && levels[to] >= level))
			continue;
		levels[to] = (uint8_t)level;
		news = true;
	}
	return news;
}

void
spp_graph_levels(const struct spp_graph *graph, struct spp_levels *levels)
{
	unsigned int from, at;
	bool news;

	memset(levels->level, SPP_LEVEL_NONE, sizeof(levels->level));
	for (from = 0; from < SPP_COMPONENT_MAX; from++) {
		uint8_t *mine = levels->level[from];

		mine[from] = 0;
		do {
			news = false;
			for (at = 0; at < SPP_COMPONENT_MAX; at++) {
				if (mine[at] != SPP_LEVEL_NONE)
					news |= go_on(graph, at, mine);
			}
		} while (news);
	}
}
