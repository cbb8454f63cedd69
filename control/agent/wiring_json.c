/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A wiring as commands, and as text. See wiring.h.
 */
#include <stdio.h>

#include "names.h"
#include "port_json.h"
#include "wiring.h"

#define WIRING_FILE_VERSION 1

static json_t *
port_values(const struct spp_attachment *attachments, unsigned int nb)
{
	json_t *out = json_array();

	for (unsigned int i = 0; i < nb; i++)
		json_array_append_new(out, spp_port_json_encode(&attachments[i]));
	return out;
}

json_t *
wiring_component_command(const struct spp_component *component)
{
	json_t *command = json_pack("{s:s, s:i, s:s}", "command", "component", "core_id",
				    component->lcore_id, "type", spp_type_name(component->type));

	json_object_set_new(command, "rx_ports", port_values(component->rx, component->nb_rx));
	json_object_set_new(command, "tx_ports", port_values(component->tx, component->nb_tx));
	if (component->name[0] != '\0')
		json_object_set_new(command, "name", json_string(component->name));
	return command;
}

json_t *
wiring_entry_command(const struct spp_table_entry *entry, bool clear)
{
	char value[SPP_TABLE_TEXT_SIZE], port[SPP_PORT_TEXT_SIZE];

	return json_pack("{s:s, s:s, s:s, s:s}", "command", "classifier_table", "type",
			 entry->vid == SPP_VID_NONE ? "mac" : "vlan", "value",
			 spp_table_value_format(entry, value), "port",
			 clear ? "unuse" : spp_port_format(entry->port, port));
}

json_t *
wiring_dump(const struct wiring *wiring)
{
	json_t *commands = json_array();

	for (unsigned int i = 0; i < wiring->model.nb_components; i++)
		json_array_append_new(commands,
				      wiring_component_command(&wiring->model.components[i]));
	for (unsigned int i = 0; i < wiring->model.nb_entries; i++)
		json_array_append_new(commands,
				      wiring_entry_command(&wiring->model.entries[i], false));
	return json_pack("{s:i, s:i, s:o}", "version", WIRING_FILE_VERSION, "process",
			 (int)wiring->inventory.process_id, "commands", commands);
}

static size_t
put_ports(const struct spp_attachment *attachments, unsigned int nb, char *text, size_t size)
{
	char name[SPP_PORT_TEXT_SIZE];
	size_t used = 0;

	if (nb == 0)
		used = (size_t)snprintf(text, size, " (none)");
	for (unsigned int i = 0; i < nb && used < size; i++) {
		const struct spp_vlan *vlan = &attachments[i].vlan;

		used += (size_t)snprintf(text + used, size - used, " %s",
					 spp_port_format(attachments[i].port, name));
		if (vlan->op == SPP_VLAN_ADD && used < size)
			used += (size_t)snprintf(text + used, size - used, "+%u", vlan->vid);
		else if (vlan->op == SPP_VLAN_DEL && used < size)
			used += (size_t)snprintf(text + used, size - used, "-tag");
	}
	return used < size ? used : size - 1;
}

const char *
wiring_component_text(const struct spp_component *component, char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, "%s", spp_type_name(component->type));

	if (component->name[0] != '\0' && used < size)
		used += (size_t)snprintf(text + used, size - used, " \"%s\"", component->name);
	if (used < size)
		used += put_ports(component->rx, component->nb_rx, text + used, size - used);
	if (used < size)
		used += (size_t)snprintf(text + used, size - used, " ->");
	if (used < size)
		put_ports(component->tx, component->nb_tx, text + used, size - used);
	return text;
}
