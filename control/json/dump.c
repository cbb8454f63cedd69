/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Writes the commands of a model. See dump.h.
 */
#include "json/dump.h"

#include <jansson.h>

#include "wiring/names.h"
#include "json/port.h"
#include "json/switch.h"

static json_t *
dump_ports(const struct spp_attachment *ports, unsigned int nb)
{
	json_t *out = json_array();
	unsigned int i;

	for (i = 0; i < nb; i++) {
		if (json_array_append_new(out, spp_port_json_encode(&ports[i])) < 0) {
			json_decref(out);
			return NULL;
		}
	}
	return out;
}

json_t *
spp_dump_component(const struct spp_component *component)
{
	const char *name = component->name[0] != '\0' ? component->name : NULL;
	json_t *out;

	out = json_pack("{s:s, s:i, s:s, s:s*, s:o, s:o}", "command", "component", "core_id",
			(int)component->lcore_id, "type", spp_type_name(component->type), "name",
			name, "rx_ports", dump_ports(component->rx, component->nb_rx), "tx_ports",
			dump_ports(component->tx, component->nb_tx));
	if (out != NULL)
		spp_switch_json_encode(component, out);
	return out;
}

json_t *
spp_dump_entry(const struct spp_table_entry *entry)
{
	char value[SPP_TABLE_TEXT_SIZE];

	return json_pack("{s:s, s:s, s:s, s:o}", "command", "classifier_table", "type",
			 entry->vid == SPP_VID_NONE ? "mac" : "vlan", "value",
			 spp_table_value_format(entry, value), "port",
			 spp_entry_ports_json_encode(entry));
}
