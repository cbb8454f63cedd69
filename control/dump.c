/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Commands of a model. See dump.h.
 */
#include "dump.h"

#include <jansson.h>

#include "names.h"
#include "port_json.h"

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

	return json_pack("{s:s, s:i, s:s, s:s*, s:o, s:o}", "command", "component", "core_id",
			 (int)component->lcore_id, "type", spp_type_name(component->type), "name",
			 name, "rx_ports", dump_ports(component->rx, component->nb_rx), "tx_ports",
			 dump_ports(component->tx, component->nb_tx));
}

json_t *
spp_dump_entry(const struct spp_table_entry *entry)
{
	char value[SPP_TABLE_TEXT_SIZE], port[SPP_PORT_TEXT_SIZE];

	return json_pack("{s:s, s:s, s:s, s:s}", "command", "classifier_table", "type",
			 entry->vid == SPP_VID_NONE ? "mac" : "vlan", "value",
			 spp_table_value_format(entry, value), "port",
			 spp_port_format(entry->port, port));
}
