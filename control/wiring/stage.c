/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Staging of one command. See stage.h.
 */
#include "wiring/stage.h"

#include <errno.h>
#include <stdio.h>

#include "wiring/entry.h"
#include "wiring/model.h"
#include "wiring/names.h"

/** Write what is set in a row of flags as "2-4, 7" (with a word before each number). */
static const char *
format_ranges(const bool *flags, unsigned int nb, const char *word, char *buf, size_t size)
{
	unsigned int i, first;
	size_t used = 0;

	snprintf(buf, size, "none");
	for (i = 0; i < nb && used < size; i++) {
		if (!flags[i])
			continue;
		for (first = i; i + 1 < nb && flags[i + 1];)
			i++;
		used += (size_t)snprintf(buf + used, size - used, "%s%s%u", used > 0 ? ", " : "",
					 word, first);
		if (i > first && used < size)
			used += (size_t)snprintf(buf + used, size - used, "-%u", i);
	}
	return buf;
}

/** A worker core of this VF? */
static int
check_worker(const struct spp_inventory *inventory, uint16_t lcore_id, struct spp_fault *fault)
{
	bool workers[UINT8_MAX + 1] = {false};
	char text[128];
	unsigned int i;

	for (i = 0; i < inventory->nb_workers; i++) {
		if (inventory->workers[i] == lcore_id)
			return 0;
		if (inventory->workers[i] <= UINT8_MAX)
			workers[inventory->workers[i]] = true;
	}
	return spp_fault(fault, EINVAL, ".core_id",
			 "bad value(core_id): core %u is %s (workers: %s)", lcore_id,
			 lcore_id == inventory->main_lcore ? "the main core" : "not a worker",
			 format_ranges(workers, sizeof(workers), "", text, sizeof(text)));
}

int
spp_stage_check_usable(const struct spp_inventory *inventory, struct spp_port port,
		       const char *member, const char *place, struct spp_fault *fault)
{
	char name[SPP_PORT_TEXT_SIZE], text[192];
	const char *kind = spp_port_kind_name(port.kind);
	struct spp_port first = {.kind = port.kind};
	int uplink;

	if (inventory->usable[spp_port_id(port)])
		return 0;
	uplink = port.kind == SPP_PORT_NIC ? spp_uplink_of_nic(inventory->uplink, port.index) : -1;
	if (uplink >= 0)
		return spp_fault(fault, EBUSY, place,
				 "bad value(%s): \"%s\" is a NIC of uplink%d (wire that: it "
				 "receives from both of its NICs and sends by one)",
				 member, spp_port_format(port, name), uplink);
	return spp_fault(fault, ENOENT, place,
			 "bad value(%s): \"%s\" is not a port of this VF (its %s ports: %s)",
			 member, spp_port_format(port, name), kind,
			 format_ranges(&inventory->usable[spp_port_id(first)],
				       spp_port_kind_nb(port.kind), kind, text, sizeof(text)));
}

static int
check_ports(const struct spp_model *staged, const struct spp_inventory *inventory,
	    const struct spp_component *component, enum spp_side side, struct spp_fault *fault)
{
	const struct spp_attachment *ports = side == SPP_RX ? component->rx : component->tx;
	unsigned int nb = side == SPP_RX ? component->nb_rx : component->nb_tx;
	const char *member = side == SPP_RX ? "rx_ports" : "tx_ports";
	char place[32], name[SPP_PORT_TEXT_SIZE], label[SPP_LABEL_SIZE];
	unsigned int i, j;
	int ret, user;

	for (i = 0; i < nb; i++) {
		snprintf(place, sizeof(place), ".%s[%u]", member, i);
		ret = spp_stage_check_usable(inventory, ports[i].port, member, place, fault);
		if (ret < 0)
			return ret;
		spp_port_format(ports[i].port, name);
		for (j = 0; j < i; j++) {
			if (spp_port_equal(ports[i].port, ports[j].port))
				return spp_fault(fault, EINVAL, place,
						 "bad value(%s): \"%s\" is given twice", member,
						 name);
		}
		user = spp_model_find_port(staged, ports[i].port, side);
		if (user >= 0)
			return spp_fault(
				fault, EBUSY, place,
				"bad value(%s): \"%s\" is already %s port of %s (a port is "
				"%s of one component)",
				member, name, side == SPP_RX ? "rx" : "tx",
				spp_component_label(&staged->components[user], label,
						    sizeof(label)),
				side == SPP_RX ? "rx" : "tx");
	}
	return 0;
}

static int
clear_component(struct spp_model *staged, const struct spp_component *which,
		struct spp_fault *fault)
{
	int i;

	if (which->name[0] == '\0') {
		while ((i = spp_model_find_core(staged, which->lcore_id, 0)) >= 0)
			spp_model_remove(staged, (unsigned int)i);
		return 0;
	}
	i = spp_model_find_name(staged, which->name);
	if (i < 0)
		return 0;
	if (staged->components[i].lcore_id != which->lcore_id)
		return spp_fault(fault, EINVAL, ".core_id",
				 "bad value(core_id): component \"%s\" is on core %u, not on core "
				 "%u",
				 which->name, staged->components[i].lcore_id, which->lcore_id);
	spp_model_remove(staged, (unsigned int)i);
	return 0;
}

/** Is there a place for the component: its core, its name, the number of components? */
static int
check_place(const struct spp_model *staged, const struct spp_component *component,
	    struct spp_fault *fault)
{
	char label[SPP_LABEL_SIZE];
	int other;

	if (component->name[0] != '\0') {
		other = spp_model_find_name(staged, component->name);
		if (other >= 0)
			return spp_fault(fault, EEXIST, ".name",
					 "bad value(name): there is a component \"%s\" on core %u "
					 "(take it away first, or use another name)",
					 component->name, staged->components[other].lcore_id);
	} else {
		other = spp_model_find_core(staged, component->lcore_id, 0);
		if (other >= 0)
			return spp_fault(fault, EBUSY, ".core_id",
					 "bad value(core_id): core %u is in use by %s (clear it "
					 "with type \"none\" first, or give the new one a name)",
					 component->lcore_id,
					 spp_component_label(&staged->components[other], label,
							     sizeof(label)));
	}
	if (staged->nb_components == SPP_COMPONENT_MAX)
		return spp_fault(fault, ENOSPC, ".core_id",
				 "bad value(core_id): there are %d components (that is the most)",
				 SPP_COMPONENT_MAX);
	return 0;
}

static int
check_type(const struct spp_inventory *inventory, const struct spp_component *component,
	   struct spp_fault *fault)
{
	if (!inventory->mirror || component->type == SPP_MIRROR)
		return 0;
	return spp_fault(
		fault, EINVAL, ".type",
		"bad value(type): \"%s\" in a spp_mirror (would be mirror; the others are a "
		"spp_vf's)",
		spp_type_name(component->type));
}

int
spp_stage_component(struct spp_model *staged, const struct spp_inventory *inventory,
		    const struct spp_command *command, struct spp_fault *fault)
{
	const struct spp_component *component = &command->component;
	int ret;

	ret = check_worker(inventory, component->lcore_id, fault);
	if (ret < 0)
		return ret;
	if (command->clear)
		return clear_component(staged, component, fault);
	ret = check_type(inventory, component, fault);
	if (ret == 0)
		ret = check_place(staged, component, fault);
	if (ret == 0)
		ret = check_ports(staged, inventory, component, SPP_RX, fault);
	if (ret == 0)
		ret = check_ports(staged, inventory, component, SPP_TX, fault);
	if (ret < 0)
		return ret;
	spp_component_copy(&staged->components[staged->nb_components++], component);
	return 0;
}

/** Does the entry to remove, if it is there, lead to the port that was given? */
static int
check_leads_there(const struct spp_model *staged, struct spp_table_index *index,
		  const struct spp_command *command, struct spp_fault *fault)
{
	char value[SPP_TABLE_TEXT_SIZE], given[SPP_ENTRY_TEXT_SIZE], there[SPP_ENTRY_TEXT_SIZE];
	const struct spp_table_entry *present;

	if (!command->from_port)
		return 0;
	present = spp_table_find(index, staged, &command->entry);
	if (present == NULL || spp_entry_same_ports(present, &command->entry))
		return 0;
	return spp_fault(fault, EINVAL, ".port", "bad value(port): \"%s\" leads to %s, not to %s",
			 spp_table_value_format(present, value),
			 spp_entry_ports_format(present, there),
			 spp_entry_ports_format(&command->entry, given));
}

int
spp_stage_entry(struct spp_model *staged, struct spp_table_index *index,
		const struct spp_inventory *inventory, const struct spp_command *command,
		struct spp_fault *fault)
{
	struct spp_error err;
	unsigned int i;
	int ret = 0;

	if (command->clear) {
		ret = check_leads_there(staged, index, command, fault);
		if (ret < 0)
			return ret;
		spp_table_remove(index, staged, &command->entry);
		return 0;
	}
	for (i = 0; i <= command->entry.nb_more && ret == 0; i++)
		ret = spp_stage_check_usable(inventory, spp_entry_port(&command->entry, i), "port",
					     ".port", fault);
	if (ret < 0)
		return ret;
	ret = spp_table_add(index, staged, &command->entry, &err);
	if (ret < 0)
		return spp_fault(fault, -ret, ".value", "bad value(value): %s", err.text);
	return 0;
}

int
spp_stage_label(struct spp_model *staged, const struct spp_inventory *inventory,
		const struct spp_command *command, struct spp_fault *fault)
{
	struct spp_port port = command->entry.port;
	char name[SPP_PORT_TEXT_SIZE];
	int ret;

	if (spp_port_id(port) >= SPP_LABELED_MAX || port.queue != 0)
		return spp_fault(
			fault, EINVAL, ".port",
			"bad value(port): \"%s\" has no label (nicN, vhostN and uplinkN may)",
			spp_port_format(port, name));
	ret = spp_stage_check_usable(inventory, port, "port", ".port", fault);
	if (ret == 0)
		spp_model_set_label(staged, port, command->clear ? "" : command->label);
	return ret;
}
