/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Checks of a whole model. See validate.h.
 */
#include "wiring/validate.h"

#include <errno.h>
#include <stdio.h>

#include "wiring/graph.h"
#include "wiring/model.h"
#include "wiring/names.h"

/** At most so many ports; 0: any number. */
static const struct {
	unsigned int rx, tx;
	const char *rule;
} port_rules[] = {
	[SPP_CLASSIFIER] = {1, 0, "one rx port and any number of tx ports"},
	[SPP_MERGE] = {0, 1, "any number of rx ports and one tx port"},
	[SPP_FORWARD] = {1, 1, "one rx port and one tx port"},
	[SPP_SWITCH] = {0, 0, "any number of rx ports and of tx ports"},
	[SPP_MIRROR] = {1, SPP_MIRROR_TX_MAX, "one rx port and 2 to 8 tx ports"},
};

/** The place of a component in error_details. @return buf */
static const char *
place_of(const struct spp_component *component, const char *member, char *buf, size_t size)
{
	if (component->name[0] != '\0')
		snprintf(buf, size, "component[\"%s\"]%s", component->name, member);
	else
		snprintf(buf, size, "core[%u]%s", component->lcore_id, member);
	return buf;
}

static void
check_count(const struct spp_component *component, const char *side, unsigned int nb,
	    unsigned int nb_max, const char *rule, struct spp_faults *faults)
{
	char label[SPP_LABEL_SIZE], place[SPP_LABEL_SIZE], member[16];

	if (nb_max == 0 || nb <= nb_max)
		return;
	snprintf(member, sizeof(member), ".%s_ports", side);
	spp_fault(spp_faults_next(faults), EINVAL,
		  place_of(component, member, place, sizeof(place)),
		  "%s: %u %s ports (a %s has %s)",
		  spp_component_label(component, label, sizeof(label)), nb, side,
		  spp_type_name(component->type), rule);
}

static void
check_counts(const struct spp_component *component, bool mirror, struct spp_faults *faults)
{
	const char *rule =
		mirror ? "one rx port and two tx ports" : port_rules[component->type].rule;

	check_count(component, "rx", component->nb_rx, port_rules[component->type].rx, rule,
		    faults);
	check_count(component, "tx", component->nb_tx,
		    mirror ? SPP_MIRROR_TX_PAIR : port_rules[component->type].tx, rule, faults);
}

static bool
has_port(const struct spp_attachment *ports, unsigned int nb, struct spp_port port)
{
	unsigned int i = 0;

	while (i < nb && !spp_port_equal(ports[i].port, port))
		i++;
	return i < nb;
}

/** What is wrong with a port's pair, NULL: nothing. */
static const char *
pair_fault(const struct spp_component *component, const struct spp_attachment *rx)
{
	unsigned int i;

	if (component->type != SPP_SWITCH)
		return "pairs are for a switch";
	if (has_port(component->tx, component->nb_tx, rx->port))
		return "that one is rx and tx port, so it needs no pair";
	if (!has_port(component->tx, component->nb_tx, rx->pair))
		return "a pair is an rx port and a tx port of the switch";
	if (has_port(component->rx, component->nb_rx, rx->pair))
		return "the other one is rx and tx port, so it is a place of its own";
	for (i = 0; &component->rx[i] != rx; i++) {
		if (component->rx[i].paired && spp_port_equal(component->rx[i].pair, rx->pair))
			return "the tx port has another pair already";
	}
	return NULL;
}

/** What is wrong with a source check at a port, NULL: nothing. */
static const char *
source_check_fault(const struct spp_component *component, const struct spp_attachment *rx)
{
	if (component->type != SPP_SWITCH && rx->port.kind != SPP_PORT_VHOST)
		return "source_check is for vhosts, and for any port of a switch";
	if (rx->port.kind == SPP_PORT_RING && !rx->paired)
		return "source_check needs to know which tx port leads back there (pairs)";
	return NULL;
}

static void
check_rx_port(const struct spp_component *component, const struct spp_attachment *rx,
	      struct spp_faults *faults)
{
	char label[SPP_LABEL_SIZE], place[SPP_LABEL_SIZE], name[SPP_PORT_TEXT_SIZE];
	const char *wrong = NULL;

	if (rx->paired)
		wrong = pair_fault(component, rx);
	if (wrong == NULL && (rx->source_check || component->source_check))
		wrong = source_check_fault(component, rx);
	if (wrong == NULL && rx->storm_pps != SPP_STORM_DEFAULT && component->type != SPP_SWITCH)
		wrong = "storm_pps is for a switch";
	if (wrong != NULL)
		spp_fault(spp_faults_next(faults), EINVAL,
			  place_of(component, ".rx_ports", place, sizeof(place)), "%s: %s: %s",
			  spp_component_label(component, label, sizeof(label)),
			  spp_port_format(rx->port, name), wrong);
}

static void
check_rx_ports(const struct spp_component *component, struct spp_faults *faults)
{
	char label[SPP_LABEL_SIZE], place[SPP_LABEL_SIZE];
	unsigned int i;

	if (component->source_check && component->type != SPP_SWITCH) {
		spp_fault(spp_faults_next(faults), EINVAL,
			  place_of(component, ".source_check", place, sizeof(place)),
			  "%s: source_check of a whole component is for a switch (give it to the "
			  "rx port)",
			  spp_component_label(component, label, sizeof(label)));
		return;
	}
	for (i = 0; i < component->nb_rx; i++)
		check_rx_port(component, &component->rx[i], faults);
}

/**
 * Packets in a loop of rings would never leave it, and a flush could never wait until the loop is
 * empty.
 */
static void
check_loops(const struct spp_model *model, struct spp_faults *faults)
{
	char label[SPP_LABEL_SIZE], place[SPP_LABEL_SIZE];
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
			place_of(component, ".tx_ports", place, sizeof(place)),
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

		check_counts(component, inventory->mirror, faults);
		check_rx_ports(component, faults);
	}
	check_loops(model, faults);
	return faults->nb > before ? -EINVAL : 0;
}
