/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What spp_vf shows of itself. See status.h.
 *
 * Drop counters list only reasons that occurred: an absent one is 0.
 */
#include <jansson.h>

#include "model.h"
#include "names.h"
#include "port_json.h"
#include "reply.h"
#include "status.h"

static json_t *
status_drops(const uint64_t drops[SPP_DROP_NB])
{
#define DROP_NAME(symbol, name, text) [SPP_DROP_##symbol] = name,
	static const char *const names[] = {SPP_DROP_REASONS(DROP_NAME)};
#undef DROP_NAME
	json_t *out = json_object();
	unsigned int i;

	for (i = 0; i < SPP_DROP_NB; i++) {
		if (drops[i] != 0)
			json_object_set_new(out, names[i], json_integer((json_int_t)drops[i]));
	}
	return out;
}

static json_t *
status_ports_of(const struct spp_attachment *ports, unsigned int nb)
{
	json_t *out = json_array();
	unsigned int i;

	for (i = 0; i < nb; i++)
		json_array_append_new(out, spp_port_json_encode(&ports[i]));
	return out;
}

/** Add "num_X": how many there are, and "X": their numbers. */
static void
add_kind(json_t *info, const struct spp_inventory *inventory, enum spp_port_kind kind,
	 unsigned int nb_max, const char *num_key, const char *key)
{
	struct spp_port port = {.kind = (uint8_t)kind};
	json_t *numbers = json_array();
	unsigned int i, id;

	for (i = 0; i < nb_max; i++) {
		port.index = (uint16_t)i;
		id = spp_port_id(port);
		if (inventory->usable[id] && inventory->present[id])
			json_array_append_new(numbers, json_integer(i));
	}
	json_object_set_new(info, num_key, json_integer((json_int_t)json_array_size(numbers)));
	json_object_set_new(info, key, numbers);
}

static json_t *
status_component(const struct spp_component *component)
{
	bool complete = component->nb_rx > 0 && component->nb_tx > 0;
	json_t *out = json_object();

	json_object_set_new(out, "core", json_integer(component->lcore_id));
	if (component->name[0] != '\0')
		json_object_set_new(out, "name", json_string(component->name));
	json_object_set_new(out, "type", json_string(spp_type_name(component->type)));
	json_object_set_new(out, "status", json_string(complete ? "forward" : "incomplete"));
	json_object_set_new(out, "rx", status_ports_of(component->rx, component->nb_rx));
	json_object_set_new(out, "tx", status_ports_of(component->tx, component->nb_tx));
	return out;
}

/** Every worker core, ascending: its components, or that it is idle. */
static json_t *
status_cores(const struct spp_inventory *inventory, const struct spp_model *model)
{
	json_t *out = json_array();
	unsigned int i;
	int found;

	for (i = 0; i < inventory->nb_workers; i++) {
		found = spp_model_find_core(model, inventory->workers[i], 0);
		if (found < 0)
			json_array_append_new(out,
					      json_pack("{s:i, s:s, s:s, s:[], s:[]}", "core",
							(int)inventory->workers[i], "type", "unuse",
							"status", "idle", "rx", "tx"));
		for (; found >= 0; found = spp_model_find_core(model, inventory->workers[i],
							       (unsigned int)found + 1))
			json_array_append_new(out, status_component(&model->components[found]));
	}
	return out;
}

static json_t *
status_table(const struct spp_model *model)
{
	char value[SPP_TABLE_TEXT_SIZE], port[SPP_PORT_TEXT_SIZE];
	json_t *out = json_array();
	unsigned int i;

	for (i = 0; i < model->nb_entries; i++) {
		const struct spp_table_entry *entry = &model->entries[i];

		json_array_append_new(out, json_pack("{s:s, s:s, s:s}", "type",
						     entry->vid == SPP_VID_NONE ? "mac" : "vlan",
						     "value", spp_table_value_format(entry, value),
						     "port", spp_port_format(entry->port, port)));
	}
	return out;
}

/** With one decimal; 0 of nothing. */
static json_t *
status_ratio(uint64_t part, uint64_t whole)
{
	return json_real(whole > 0 ? (double)(part * 10 / whole) / 10 : 0.0);
}

/** The same entries as "core" has, idle cores left out, with figures. */
static json_t *
status_components(const struct spp_model *model, const struct spp_dataplane_ops *ops, void *ctx)
{
	struct spp_component_stats stats;
	json_t *out = json_array(), *one;
	unsigned int i;

	for (i = 0; i < model->nb_components; i++) {
		const struct spp_component *component = &model->components[i];

		ops->queue_stats(ctx, component->queue, &stats);
		one = status_component(component);
		json_object_set_new(one, "queue", json_integer(component->queue));
		json_object_set_new(one, "packets", json_integer((json_int_t)stats.packets));
		json_object_set_new(one, "vectors", json_integer((json_int_t)stats.vectors));
		json_object_set_new(one, "cycles", json_integer((json_int_t)stats.cycles));
		json_object_set_new(one, "vector_mean", status_ratio(stats.packets, stats.vectors));
		json_object_set_new(one, "cycles_per_packet",
				    status_ratio(stats.cycles, stats.packets));
		json_object_set_new(one, "drops", status_drops(stats.drops));
		json_array_append_new(out, one);
	}
	return out;
}

static json_t *
status_ports(const struct spp_inventory *inventory, const struct spp_dataplane_ops *ops, void *ctx)
{
	char name[SPP_PORT_TEXT_SIZE];
	struct spp_port_stats stats;
	json_t *out = json_array();
	unsigned int id;

	for (id = 0; id < SPP_PORT_ID_MAX; id++) {
		if (!inventory->usable[id] || !inventory->present[id])
			continue;
		ops->port_stats(ctx, spp_port_from_id(id), &stats);
		json_array_append_new(
			out,
			json_pack("{s:s, s:b, s:{s:I, s:I, s:o}, s:{s:I, s:I, s:o}}", "port",
				  spp_port_format(spp_port_from_id(id), name), "link",
				  stats.link_up, "rx", "packets", (json_int_t)stats.rx_packets,
				  "bytes", (json_int_t)stats.rx_bytes, "drops",
				  status_drops(stats.rx_drops), "tx", "packets",
				  (json_int_t)stats.tx_packets, "bytes", (json_int_t)stats.tx_bytes,
				  "drops", status_drops(stats.tx_drops)));
	}
	return out;
}

/** Percent with one decimal. */
static json_t *
share(uint64_t part, uint64_t whole)
{
	uint64_t permille = 0;

	if (whole != 0)
		permille = (uint64_t)(1000.0 * (double)part / (double)whole + 0.5);
	return json_real((double)permille / 10.0);
}

json_t *
spp_status_shares(uint64_t busy, uint64_t idle, uint64_t asleep)
{
	uint64_t whole = busy + idle + asleep;

	return json_pack("{s:I, s:I, s:I, s:o, s:o, s:o}", "busy_cycles", (json_int_t)busy,
			 "idle_cycles", (json_int_t)idle, "asleep_cycles", (json_int_t)asleep,
			 "busy", share(busy, whole), "idle", share(idle, whole), "asleep",
			 share(asleep, whole));
}

static json_t *
status_lcores(const struct spp_inventory *inventory, const struct spp_dataplane_ops *ops, void *ctx)
{
	struct spp_lcore_stats stats;
	json_t *out = json_array(), *one;
	unsigned int i;

	for (i = 0; i < inventory->nb_workers; i++) {
		ops->lcore_stats(ctx, inventory->workers[i], &stats);
		one = json_pack("{s:i}", "lcore", (int)inventory->workers[i]);
		json_object_update_new(one, spp_status_shares(stats.busy_cycles, stats.idle_cycles,
							      stats.asleep_cycles));
		json_array_append_new(out, one);
	}
	return out;
}

/** Whether the wiring is saved; null when it is not to be. */
static json_t *
status_state_file(struct spp_keeper *keeper)
{
	struct spp_keeper_state state;
	json_t *out;

	if (keeper == NULL)
		return json_null();
	spp_keeper_state(keeper, &state);
	out = json_pack("{s:o, s:b, s:I, s:b}", "path", spp_reply_string(state.path), "saved",
			(int)state.saved, "generation", (json_int_t)state.generation, "restored",
			(int)state.restored);
	if (state.error[0] != '\0')
		json_object_set_new(out, "error", spp_reply_string(state.error));
	return out;
}

json_t *
spp_status_vf(unsigned int process_id, const struct spp_txn *txn, struct spp_keeper *keeper,
	      const struct spp_dataplane_ops *ops, void *ctx)
{
	const struct spp_inventory *inventory = ops->inventory(ctx);
	const struct spp_model *model = spp_txn_running(txn);
	json_t *info = json_object();
	struct spp_txn_state state;
	uint64_t drops[SPP_DROP_NB];

	spp_txn_state(txn, &state);
	json_object_set_new(info, "process", json_integer(process_id));
	add_kind(info, inventory, SPP_PORT_NIC, SPP_NIC_MAX, "num_nic", "nic");
	add_kind(info, inventory, SPP_PORT_VHOST, SPP_VHOST_MAX, "num_vhost", "vhost");
	add_kind(info, inventory, SPP_PORT_RING, SPP_RING_MAX, "num_ring", "ring");
	json_object_set_new(info, "main_core", json_integer(inventory->main_lcore));
	json_object_set_new(info, "core", status_cores(inventory, model));
	json_object_set_new(info, "classifier_table", status_table(model));
	json_object_set_new(info, "generation", json_integer((json_int_t)state.generation));
	json_object_set_new(info, "staged", json_boolean(state.staged));
	json_object_set_new(info, "retiring", json_boolean(state.retiring));
	json_object_set_new(info, "degraded", json_boolean(state.degraded || inventory->degraded));
	if (state.degraded)
		json_object_set_new(info, "degraded_why", spp_reply_string(state.degraded_why));
	else if (inventory->degraded)
		json_object_set_new(info, "degraded_why",
				    json_string("a lcore does not answer, and a guest's memory "
						"cannot be let go before it does"));
	json_object_set_new(info, "state_file", status_state_file(keeper));
	ops->drop_totals(ctx, drops);
	json_object_set_new(info, "drops", status_drops(drops));
	json_object_set_new(info, "component", status_components(model, ops, ctx));
	json_object_set_new(info, "port", status_ports(inventory, ops, ctx));
	json_object_set_new(info, "lcore", status_lcores(inventory, ops, ctx));
	json_object_set_new(info, "time_us", json_integer((json_int_t)ops->now_us(ctx)));
	json_object_set_new(info, "tsc_hz", json_integer((json_int_t)ops->tsc_hz(ctx)));
	return info;
}
