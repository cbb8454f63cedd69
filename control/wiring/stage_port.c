/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Staging of changes to a component that is there. See stage_port.h.
 */
#include "wiring/stage_port.h"

#include <errno.h>
#include <string.h>

#include "wiring/model.h"
#include "wiring/names.h"
#include "wiring/stage.h"

/** One side of a component. */
struct side {
	enum spp_side side;
	const char *word;
	struct spp_attachment *ports;
	uint16_t *nb;
};

static struct side
side_of(struct spp_component *component, enum spp_side side)
{
	if (side == SPP_RX)
		return (struct side){SPP_RX, "rx", component->rx, &component->nb_rx};
	return (struct side){SPP_TX, "tx", component->tx, &component->nb_tx};
}

/** Position of the port on this side, or its number of ports. */
static unsigned int
find_port(const struct side *side, struct spp_port port)
{
	unsigned int i = 0;

	while (i < *side->nb && !spp_port_equal(side->ports[i].port, port))
		i++;
	return i;
}

int
spp_stage_stop(struct spp_model *staged, const struct spp_command *command, struct spp_fault *fault)
{
	int i = spp_model_find_called(staged, command->component.name);

	if (i >= 0)
		spp_model_remove(staged, (unsigned int)i);
	return 0;
}

static void
detach(const struct side *side, struct spp_port port)
{
	unsigned int i = find_port(side, port);

	if (i == *side->nb)
		return;
	memmove(&side->ports[i], &side->ports[i + 1], (*side->nb - i - 1) * sizeof(side->ports[0]));
	--*side->nb;
}

static int
attach(struct spp_model *staged, const struct spp_inventory *inventory, unsigned int position,
       const struct side *side, const struct spp_attachment *wanted, struct spp_fault *fault)
{
	char name[SPP_PORT_TEXT_SIZE], label[SPP_LABEL_SIZE];
	int user, ret;

	ret = spp_stage_check_usable(inventory, wanted->port, "port", "", fault);
	if (ret < 0)
		return ret;
	user = spp_model_find_port(staged, wanted->port, side->side);
	if (user == (int)position && wanted->vlan.op != SPP_VLAN_NONE) {
		side->ports[find_port(side, wanted->port)].vlan = wanted->vlan;
		return 0;
	}
	if (user >= 0)
		return spp_fault(
			fault, EBUSY, "",
			"bad value(port rxtx): \"%s\" is already %s port of %s (a port is "
			"%s of one component)",
			spp_port_format_text(wanted->port, name), side->word,
			spp_component_label(&staged->components[user], label, sizeof(label)),
			side->word);
	if (*side->nb == SPP_SIDE_MAX)
		return spp_fault(
			fault, ENOSPC, "",
			"bad value(port): the component has %d %s ports (that is the most)",
			SPP_SIDE_MAX, side->word);
	side->ports[(*side->nb)++] = *wanted;
	return 0;
}

static void
set(struct spp_attachment *port, const struct spp_attachment *wanted, unsigned int setting)
{
	switch (setting) {
	case SPP_SET_FILTER:
		port->filter = wanted->filter;
		break;
	case SPP_SET_SOURCE_CHECK:
		port->source_check = wanted->source_check;
		break;
	case SPP_SET_PAIR:
		port->paired = wanted->paired;
		port->pair = wanted->pair;
		break;
	default:
		port->storm_pps = wanted->storm_pps;
	}
}

static int
set_attached(const struct side *side, unsigned int setting, const struct spp_attachment *wanted,
	     const char *component, struct spp_fault *fault)
{
	unsigned int i = find_port(side, wanted->port);
	char name[SPP_PORT_TEXT_SIZE];

	if (i == *side->nb)
		return spp_fault(fault, ENOENT, "",
				 "bad value(port rxtx): \"%s\" is not %s port of \"%s\" (add it "
				 "first)",
				 spp_port_format_text(wanted->port, name), side->word, component);
	set(&side->ports[i], wanted, setting);
	return 0;
}

int
spp_stage_port(struct spp_model *staged, const struct spp_inventory *inventory,
	       const struct spp_command *command, struct spp_fault *fault)
{
	const struct spp_component *asked = &command->component;
	enum spp_side which = asked->nb_rx > 0 ? SPP_RX : SPP_TX;
	const struct spp_attachment *port = which == SPP_RX ? &asked->rx[0] : &asked->tx[0];
	int position = spp_model_find_called(staged, asked->name);
	struct side side;

	if (position < 0)
		return spp_fault(fault, ENOENT, "",
				 "bad value(name): there is no component \"%s\" (start it first)",
				 asked->name);
	side = side_of(&staged->components[position], which);
	if (command->setting != SPP_SET_NOTHING)
		return set_attached(&side, command->setting, port, asked->name, fault);
	if (!command->clear)
		return attach(staged, inventory, (unsigned int)position, &side, port, fault);
	detach(&side, port->port);
	return 0;
}
