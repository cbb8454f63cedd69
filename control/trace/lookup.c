/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The table, asked for one address. See lookup.h.
 */
#include "trace/lookup.h"

#include <string.h>

#include "wiring/model.h"

static bool
is_of(const struct spp_table_entry *entry, const uint8_t dst[6])
{
	return !entry->is_default && memcmp(entry->mac, dst, sizeof(entry->mac)) == 0;
}

static void
add_ports(const struct spp_table_entry *entry, bool ports[SPP_PORT_ID_MAX])
{
	for (unsigned int i = 0; i <= entry->nb_more; i++)
		ports[spp_port_id(spp_entry_port(entry, i))] = true;
}

int
spp_trace_default(const struct spp_model *model, uint16_t vid)
{
	static const uint8_t nobody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	return spp_trace_find(model, nobody, vid);
}

struct spp_port
spp_trace_end_of(const struct spp_model *model, struct spp_port port)
{
	for (unsigned int n = 0; n < SPP_COMPONENT_MAX && port.kind == SPP_PORT_RING; n++) {
		int i = spp_model_find_port(model, port, SPP_RX);
		const struct spp_component *next = i >= 0 ? &model->components[i] : NULL;

		if (next == NULL || next->nb_tx == 0 ||
		    (next->type != SPP_FORWARD && next->type != SPP_MERGE &&
		     next->type != SPP_MIRROR))
			break;
		port = next->tx[0].port;
	}
	return port;
}

bool
spp_trace_is_from(const struct spp_model *model, const uint8_t src[6], uint16_t vid,
		  struct spp_port end)
{
	for (unsigned int i = 0; i < model->nb_entries; i++) {
		const struct spp_table_entry *entry = &model->entries[i];

		for (unsigned int p = 0; p <= entry->nb_more; p++)
			if (entry->vid == vid && is_of(entry, src) &&
			    spp_port_equal(spp_trace_end_of(model, spp_entry_port(entry, p)), end))
				return true;
	}
	return false;
}

int
spp_trace_find(const struct spp_model *model, const uint8_t dst[6], uint16_t vid)
{
	int of_vlan = SPP_TRACE_NO_ENTRY, of_all = SPP_TRACE_NO_ENTRY;

	for (unsigned int i = 0; i < model->nb_entries; i++) {
		const struct spp_table_entry *entry = &model->entries[i];

		if (entry->vid == vid && is_of(entry, dst))
			return (int)i;
		if (entry->is_default && entry->vid == SPP_VID_NONE)
			of_all = (int)i;
		else if (entry->is_default && entry->vid == vid)
			of_vlan = (int)i;
	}
	return of_vlan != SPP_TRACE_NO_ENTRY ? of_vlan : of_all;
}

bool
spp_trace_group(const struct spp_model *model, uint16_t vid, bool ports[SPP_PORT_ID_MAX],
		bool *fallback)
{
	int of_all = SPP_TRACE_NO_ENTRY;
	bool any = false;

	memset(ports, 0, SPP_PORT_ID_MAX * sizeof(ports[0]));
	*fallback = false;
	for (unsigned int i = 0; i < model->nb_entries; i++) {
		const struct spp_table_entry *entry = &model->entries[i];

		if (entry->is_default && entry->vid == SPP_VID_NONE)
			of_all = (int)i;
		if (entry->vid != vid)
			continue;
		add_ports(entry, ports);
		any = true;
	}
	if (any || of_all == SPP_TRACE_NO_ENTRY)
		return any;
	add_ports(&model->entries[of_all], ports);
	*fallback = true;
	return true;
}

int
spp_trace_find_elsewhere(const struct spp_model *model, const uint8_t dst[6], uint16_t vid)
{
	for (unsigned int i = 0; i < model->nb_entries; i++)
		if (model->entries[i].vid != vid && is_of(&model->entries[i], dst))
			return (int)i;
	return SPP_TRACE_NO_ENTRY;
}
