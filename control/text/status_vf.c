/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `status` of a spp_vf in the text dialect. See text/status_vf.h.
 *
 * SPP's controllers ask for it over ten times for each command that is typed, so it holds nothing
 * that changes without a flush, and is made once for each wiring.
 */
#include "text/status_vf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "text/reply.h"
#include "wiring/entry.h"
#include "wiring/model.h"
#include "wiring/names.h"

/** What "classifier_table_total" adds when the table is cut, and the brackets around a table. */
#define TOTAL_SIZE 64

/** The numbers of the ports of a kind, as strings. */
static json_t *
status_numbers(const struct spp_inventory *inventory, enum spp_port_kind kind)
{
	struct spp_port port = {.kind = (uint8_t)kind};
	json_t *out = json_array();
	char number[8];

	for (; port.index < spp_port_kind_nb(kind); port.index++) {
		if (!inventory->usable[spp_port_id(port)] || !inventory->present[spp_port_id(port)])
			continue;
		snprintf(number, sizeof(number), "%u", port.index);
		json_array_append_new(out, json_string(number));
	}
	return out;
}

/** What SPP does not have is shown only where it is in use. */
static const char *
filter_of(const struct spp_attachment *port)
{
	return port->filter != SPP_FILTER_NONE ? spp_filter_name(port->filter) : NULL;
}

static json_t *
storm_of(const struct spp_attachment *port)
{
	if (port->storm_pps == SPP_STORM_DEFAULT)
		return NULL;
	return json_integer(port->storm_pps == SPP_STORM_NONE ? 0 : (json_int_t)port->storm_pps);
}

static json_t *
status_side(const struct spp_attachment *ports, unsigned int nb)
{
	static const char *const operations[] = {
		[SPP_VLAN_NONE] = "none", [SPP_VLAN_ADD] = "add", [SPP_VLAN_DEL] = "del"};
	char name[SPP_PORT_TEXT_SIZE], pair[SPP_PORT_TEXT_SIZE];
	json_t *out = json_array();
	unsigned int i;

	for (i = 0; i < nb; i++)
		json_array_append_new(
			out, json_pack("{s:s, s:{s:s, s:i, s:i}, s:s*, s:o*, s:s*, s:o*}", "port",
				       spp_port_format_text(ports[i].port, name), "vlan",
				       "operation", operations[ports[i].vlan.op], "id",
				       (int)ports[i].vlan.vid, "pcp", (int)ports[i].vlan.pcp,
				       "filter", filter_of(&ports[i]), "source_check",
				       ports[i].source_check ? json_true() : NULL, "pair",
				       ports[i].paired ? spp_port_format_text(ports[i].pair, pair)
						       : NULL,
				       "storm", storm_of(&ports[i])));
	return out;
}

static json_t *
status_component(const struct spp_component *component)
{
	char name[SPP_NAME_MAX + 1];

	return json_pack("{s:i, s:s, s:s, s:o*, s:o, s:o}", "core", (int)component->lcore_id,
			 "name", spp_component_call_name(component, name), "type",
			 spp_type_name(component->type), "source_check",
			 component->source_check ? json_true() : NULL, "rx_port",
			 status_side(component->rx, component->nb_rx), "tx_port",
			 status_side(component->tx, component->nb_tx));
}

/* Of a mirror with lists of ports: the SPP CLI's topo reads them of every entry. */
static json_t *
status_idle(uint16_t lcore_id, bool mirror)
{
	return json_pack("{s:i, s:s, s:o*, s:o*}", "core", (int)lcore_id, "type", "unuse",
			 "rx_port", mirror ? json_array() : NULL, "tx_port",
			 mirror ? json_array() : NULL);
}

/* Idle ones of a mirror are last: networking-spp's agent ends at one before what it looks for. */
static json_t *
status_cores(const struct spp_inventory *inventory, const struct spp_model *model)
{
	json_t *out = json_array(), *idle = inventory->mirror ? json_array() : json_incref(out);
	unsigned int i;
	int found;

	for (i = 0; i < inventory->nb_workers; i++) {
		found = spp_model_find_core(model, inventory->workers[i], 0);
		if (found < 0)
			json_array_append_new(
				idle, status_idle(inventory->workers[i], inventory->mirror));
		for (; found >= 0; found = spp_model_find_core(model, inventory->workers[i],
							       (unsigned int)found + 1))
			json_array_append_new(out, status_component(&model->components[found]));
	}
	if (inventory->mirror)
		json_array_extend(out, idle);
	json_decref(idle);
	return out;
}

/** As many entries as fit into `size` bytes. */
static json_t *
status_table(const struct spp_model *model, size_t size)
{
	char value[SPP_TABLE_TEXT_SIZE], port[SPP_ENTRY_TEXT_SIZE], entry_text[320];
	json_t *out = json_array();
	size_t used = 0;
	unsigned int i;

	for (i = 0; i < model->nb_entries; i++) {
		const struct spp_table_entry *entry = &model->entries[i];
		const char *type = entry->vid == SPP_VID_NONE ? "mac" : "vlan";

		spp_table_value_format(entry, value);
		spp_entry_ports_format_text(entry, port);
		used += (size_t)snprintf(entry_text, sizeof(entry_text),
					 "{\"type\":\"%s\",\"value\":\"%s\",\"port\":\"%s\"},",
					 type, value, port);
		if (used > size)
			break;
		json_array_append_new(out, json_pack("{s:s, s:s, s:s}", "type", type, "value",
						     value, "port", port));
	}
	return out;
}

static char *
status_make(unsigned int process_id, const struct spp_inventory *inventory,
	    const struct spp_model *model, size_t *length)
{
	json_t *root, *info, *table, *uplinks;
	size_t size;

	info = json_pack("{s:i, s:o, s:o, s:o, s:i, s:o}", "client-id", (int)process_id, "phy",
			 status_numbers(inventory, SPP_PORT_NIC), "vhost",
			 status_numbers(inventory, SPP_PORT_VHOST), "ring",
			 status_numbers(inventory, SPP_PORT_RING), "master-lcore",
			 (int)inventory->main_lcore, "core", status_cores(inventory, model));
	uplinks = status_numbers(inventory, SPP_PORT_UPLINK);
	if (json_array_size(uplinks) > 0) /* which SPP does not have */
		json_object_set(info, "uplink", uplinks);
	json_decref(uplinks);
	root = json_pack("{s:[{s:s}], s:o}", "results", "result", "success", "info", info);
	size = json_dumpb(root, NULL, 0, JSON_COMPACT) + TOTAL_SIZE;
	if (inventory->mirror) /* it has none, and SPP's shows none */
		return spp_text_reply_dump(root, length);
	table = status_table(model, size < SPP_TEXT_REPLY_MAX ? SPP_TEXT_REPLY_MAX - size : 0);
	json_object_set(info, "classifier_table", table);
	if (json_array_size(table) < model->nb_entries)
		json_object_set_new(info, "classifier_table_total",
				    json_integer(model->nb_entries));
	json_decref(table);
	return spp_text_reply_dump(root, length);
}

void
spp_text_cache_fini(struct spp_text_cache *cache)
{
	free(cache->text);
	cache->text = NULL;
}

char *
spp_text_status_vf(unsigned int process_id, const struct spp_txn *txn,
		   const struct spp_dataplane_ops *ops, void *ctx, struct spp_text_cache *cache,
		   size_t *length)
{
	const struct spp_inventory *inventory = ops->inventory(ctx);

	if (cache->text == NULL || cache->generation != spp_txn_generation(txn) ||
	    memcmp(cache->present, inventory->present, sizeof(cache->present)) != 0) {
		free(cache->text);
		cache->text =
			status_make(process_id, inventory, spp_txn_running(txn), &cache->length);
		cache->generation = spp_txn_generation(txn);
		memcpy(cache->present, inventory->present, sizeof(cache->present));
	}
	*length = cache->length;
	return cache->text != NULL ? strdup(cache->text) : NULL;
}
