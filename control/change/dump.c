/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Writes a wiring down. See dump.h.
 */
#include "change/dump.h"

#include <stdio.h>

#include "wiring/model.h"
#include "wiring/names.h"
#include "json/dump.h"
#include "json/labels.h"

json_t *
wiring_dump(const struct wiring *wiring)
{
	json_t *commands = json_array();

	for (unsigned int i = 0; i < wiring->model.nb_components; i++)
		json_array_append_new(commands, spp_dump_component(&wiring->model.components[i]));
	for (unsigned int i = 0; i < wiring->model.nb_entries; i++)
		json_array_append_new(commands, spp_dump_entry(&wiring->model.entries[i]));
	json_array_append_new(commands, json_pack("{s:s}", "command", "flush"));
	return json_pack("{s:i, s:i, s:o, s:o}", "version", SPP_DUMP_VERSION, "process",
			 (int)wiring->inventory.process_id, "labels",
			 spp_labels_encode(&wiring->model), "commands", commands);
}

/* What mostly a switch has at a port. */
static size_t
put_switched(const struct spp_attachment *port, char *text, size_t size)
{
	char pair[SPP_PORT_TEXT_SIZE];
	size_t used = (size_t)snprintf(text, size, "%s%s%s", port->source_check ? "-src" : "",
				       port->paired ? "=" : "",
				       port->paired ? spp_port_format(port->pair, pair) : "");

	if (port->storm_pps != SPP_STORM_DEFAULT && used < size)
		used += (size_t)snprintf(text + used, size - used, "-storm%u",
					 port->storm_pps == SPP_STORM_NONE ? 0 : port->storm_pps);
	return used;
}

static size_t
put_ports(const struct spp_model *model, const struct spp_attachment *attachments, unsigned int nb,
	  char *text, size_t size)
{
	char name[SPP_PORT_TEXT_SIZE];
	size_t used = 0;

	if (nb == 0)
		used = (size_t)snprintf(text, size, " (none)");
	for (unsigned int i = 0; i < nb && used < size; i++) {
		const struct spp_vlan *vlan = &attachments[i].vlan;
		const char *label = spp_model_label(model, attachments[i].port);

		used += (size_t)snprintf(text + used, size - used, " %s",
					 spp_port_format(attachments[i].port, name));
		if (vlan->op == SPP_VLAN_ADD && used < size)
			used += (size_t)snprintf(text + used, size - used, "+%u", vlan->vid);
		else if (vlan->op == SPP_VLAN_DEL && used < size)
			used += (size_t)snprintf(text + used, size - used, "-tag");
		if (attachments[i].filter == SPP_FILTER_RESERVED && used < size)
			used += (size_t)snprintf(text + used, size - used, "-rsvd");
		if (used < size)
			used += put_switched(&attachments[i], text + used, size - used);
		if (label[0] != '\0' && used < size)
			used += (size_t)snprintf(text + used, size - used, " (%s)", label);
	}
	return used < size ? used : size - 1;
}

const char *
wiring_component_text(const struct spp_model *model, const struct spp_component *component,
		      char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, "%s%s", spp_type_name(component->type),
				       component->source_check ? "-src" : "");

	if (component->name[0] != '\0' && used < size)
		used += (size_t)snprintf(text + used, size - used, " \"%s\"", component->name);
	if (used < size)
		used += put_ports(model, component->rx, component->nb_rx, text + used, size - used);
	if (used < size)
		used += (size_t)snprintf(text + used, size - used, " ->");
	if (used < size)
		put_ports(model, component->tx, component->nb_tx, text + used, size - used);
	return text;
}
