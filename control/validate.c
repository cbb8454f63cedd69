/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Checks of a whole model. See validate.h.
 */
#include "validate.h"

#include <errno.h>
#include <stdio.h>

#include "graph.h"
#include "model.h"
#include "names.h"

#define LABEL_SIZE (SPP_NAME_MAX + 32)

/** At most so many ports; 0: any number. */
static const struct {
	unsigned int rx, tx;
	const char *rule;
} port_rules[] = {
	[SPP_CLASSIFIER] = {1, 0, "one rx port and any number of tx ports"},
	[SPP_MERGE] = {0, 1, "any number of rx ports and one tx port"},
	[SPP_FORWARD] = {1, 1, "one rx port and one tx port"},
};

const char *
spp_component_place(const struct spp_component *component, const char *member, char *buf,
		    size_t size)
{
	if (component->name[0] != '\0')
		snprintf(buf, size, "component[\"%s\"]%s", component->name, member);
	else
		snprintf(buf, size, "core[%u]%s", component->lcore_id, member);
	return buf;
}

static void
check_count(const struct spp_component *component, const char *side, unsigned int nb,
	    unsigned int nb_max, struct spp_faults *faults)
{
	char label[LABEL_SIZE], place[LABEL_SIZE], member[16];

	if (nb_max == 0 || nb <= nb_max)
		return;
	snprintf(member, sizeof(member), ".%s_ports", side);
	spp_fault(spp_faults_next(faults), EINVAL,
		  spp_component_place(component, member, place, sizeof(place)),
		  "%s: %u %s ports (a %s has %s)",
		  spp_component_label(component, label, sizeof(label)), nb, side,
		  spp_type_name(component->type), port_rules[component->type].rule);
}

/**
 * Packets in a loop of rings would never leave it, and a flush could never wait until the loop is
 * empty.
 */
static void
check_loops(const struct spp_model *model, struct spp_faults *faults)
{
	char label[LABEL_SIZE], place[LABEL_SIZE];
	struct spp_graph graph;
	unsigned int i;

	spp_graph_build(model, SPP_BIT_POSITION, &graph);
	for (i = 0; i < model->nb_components; i++) {
		const struct spp_component *component = &model->components[i];

		if ((spp_graph_closure(graph.downstream, graph.downstream[i]) & UINT64_C(1) << i) ==
		    0)
			continue;
		spp_fault(
			spp_faults_next(faults), EINVAL,
			spp_component_place(component, ".tx_ports", place, sizeof(place)),
			"%s: what it sends comes back to it through rings (wiring must not form a "
			"loop)",
			spp_component_label(component, label, sizeof(label)));
	}
}

int
spp_validate(const struct spp_model *model, const struct spp_inventory *inventory,
	     struct spp_faults *faults)
{
	unsigned int before = faults->nb;
	unsigned int i;

	if (model->nb_components > inventory->nb_queues)
		spp_fault(spp_faults_next(faults), EINVAL, "",
			  "%u components (at most %u fit on the event device of this VF)",
			  model->nb_components, inventory->nb_queues);
	for (i = 0; i < model->nb_components; i++) {
		const struct spp_component *component = &model->components[i];

		check_count(component, "rx", component->nb_rx, port_rules[component->type].rx,
			    faults);
		check_count(component, "tx", component->nb_tx, port_rules[component->type].tx,
			    faults);
	}
	check_loops(model, faults);
	return faults->nb > before ? -EINVAL : 0;
}
