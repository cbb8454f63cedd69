/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A wiring as commands, and as text. See wiring.h.
 */
#include <stdio.h>

#include "dump.h"
#include "names.h"
#include "wiring.h"

#define WIRING_FILE_VERSION 1 /* as of the file a spp_vf saves */

json_t *
wiring_dump(const struct wiring *wiring)
{
	json_t *commands = json_array();

	for (unsigned int i = 0; i < wiring->model.nb_components; i++)
		json_array_append_new(commands, spp_dump_component(&wiring->model.components[i]));
	for (unsigned int i = 0; i < wiring->model.nb_entries; i++)
		json_array_append_new(commands, spp_dump_entry(&wiring->model.entries[i]));
	json_array_append_new(commands, json_pack("{s:s}", "command", "flush"));
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
