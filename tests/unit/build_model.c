/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Models in one line for tests. See build_model.h.
 */
#include "build_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wiring/graph.h"
#include "wiring/names.h"

static void
add_ports(char *words, struct spp_attachment *ports, uint16_t *nb)
{
	char *word, *rest = NULL;

	for (word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
		if (spp_port_parse(word, &ports[(*nb)++].port, NULL) < 0)
			abort();
	}
}

void
add(struct spp_model *model, const char *text)
{
	struct spp_component *component = &model->components[model->nb_components++];
	enum spp_component_type type = SPP_FORWARD;
	char copy[512], *at, *core, *word, *arrow;

	memset(component, 0, sizeof(*component));
	snprintf(copy, sizeof(copy), "%s", text);
	core = copy;
	at = strchr(copy, '@');
	if (at != NULL) {
		*at = '\0';
		snprintf(component->name, sizeof(component->name), "%.64s", copy);
		core = at + 1;
	}
	component->lcore_id = (uint16_t)strtoul(core, &word, 10);
	word = strtok_r(word, " ", &at);
	if (word == NULL || spp_type_parse(word, &type, NULL) < 0)
		abort();
	component->type = (uint8_t)type;
	arrow = strchr(at, '>');
	if (arrow == NULL)
		abort();
	*arrow = '\0';
	add_ports(at, component->rx, &component->nb_rx);
	add_ports(arrow + 1, component->tx, &component->nb_tx);
}

const struct spp_levels *
levels_of(const struct spp_model *model)
{
	static struct spp_levels levels;
	struct spp_graph graph;

	spp_graph_build(model, SPP_BIT_QUEUE, &graph);
	spp_graph_levels(&graph, &levels);
	return &levels;
}
