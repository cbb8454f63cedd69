/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What spp_vf shows of itself. See status_vf.h.
 *
 * Drop counters list only reasons that occurred: an absent one is 0.
 */
#include "json/status_vf.h"

#include <stdio.h>

#include <jansson.h>

#include "spp/guest.h"
#include "spp/virtio.h"

#include "wiring/model.h"
#include "wiring/names.h"
#include "json/json_text.h"
#include "json/labels.h"
#include "json/port.h"
#include "json/status_parts.h"
#include "json/switch.h"

static json_t *
status_drops(const uint64_t drops[SPP_DROP_NB])
{
#define DROP_NAME(symbol, name, text) [SPP_DROP_##symbol] = (name),
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
	 const char *num_key, const char *key)
{
	struct spp_port port = {.kind = (uint8_t)kind};
	json_t *numbers = json_array();
	unsigned int i, id;

	for (i = 0; i < spp_port_kind_nb(kind); i++) {
		port.index = (uint16_t)i;
		id = spp_port_id(port);
		if (inventory->usable[id] && inventory->present[id])
			json_array_append_new(numbers, json_integer(i));
	}
	json_object_set_new(info, num_key, json_integer((json_int_t)json_array_size(numbers)));
	json_object_set_new(info, key, numbers);
}

static json_t *
status_component(const struct spp_component *component, bool mirror)
{
	bool complete = component->nb_rx > 0 && spp_component_can_send(component, mirror);
	json_t *out = json_object();

	json_object_set_new(out, "core", json_integer(component->lcore_id));
	if (component->name[0] != '\0')
		json_object_set_new(out, "name", json_string(component->name));
	json_object_set_new(out, "type", json_string(spp_type_name(component->type)));
	json_object_set_new(out, "status", json_string(complete ? "forward" : "incomplete"));
	json_object_set_new(out, "rx", status_ports_of(component->rx, component->nb_rx));
	json_object_set_new(out, "tx", status_ports_of(component->tx, component->nb_tx));
	spp_switch_json_encode(component, out);
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
			json_array_append_new(out, status_component(&model->components[found],
								    inventory->mirror));
	}
	return out;
}

static json_t *
status_table(const struct spp_model *model)
{
	char value[SPP_TABLE_TEXT_SIZE];
	json_t *out = json_array();
	unsigned int i;

	for (i = 0; i < model->nb_entries; i++) {
		const struct spp_table_entry *entry = &model->entries[i];

		json_array_append_new(out, json_pack("{s:s, s:s, s:o}", "type",
						     entry->vid == SPP_VID_NONE ? "mac" : "vlan",
						     "value", spp_table_value_format(entry, value),
						     "port", spp_entry_ports_json_encode(entry)));
	}
	return out;
}

/** With one decimal; 0 of nothing. */
static json_t *
status_ratio(uint64_t part, uint64_t whole)
{
	uint64_t tenths = whole > 0 ? part * 10 / whole : 0;

	return json_real((double)tenths / 10);
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
		one = status_component(component, ops->inventory(ctx)->mirror);
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

/* Of a vhost: what is wrong with it or its guest. */
static json_t *
status_problems(unsigned int problems)
{
#define PROBLEM_NAME(symbol, name, text) [SPP_PORT_PROBLEM_##symbol] = (name),
	static const char *const names[] = {SPP_PORT_PROBLEMS(PROBLEM_NAME)};
#undef PROBLEM_NAME
	json_t *out = json_array();
	unsigned int i;

	for (i = 0; i < SPP_PORT_PROBLEM_NB; i++) {
		if (problems & (1u << i))
			json_array_append_new(out, json_string(names[i]));
	}
	return out;
}

/* By name, from the lowest bit on. */
static json_t *
status_features(uint64_t features)
{
	char name[SPP_VIRTIO_NAME_SIZE];
	json_t *out = json_array();
	unsigned int bit;

	for (bit = 0; bit < 64; bit++) {
		if (features >> bit & 1)
			json_array_append_new(out, json_string(spp_virtio_name(bit, name)));
	}
	return out;
}

/** Of what the uplinks are, and which NIC sends. */
static json_t *
status_uplinks(const struct spp_inventory *inventory)
{
	struct spp_port nic[SPP_UPLINK_MEMBERS], port = {.kind = SPP_PORT_UPLINK};
	char name[SPP_PORT_TEXT_SIZE], member[SPP_UPLINK_MEMBERS][SPP_PORT_TEXT_SIZE];
	json_t *out = json_array();
	unsigned int m;

	for (; port.index < SPP_UPLINK_MAX; port.index++) {
		const struct spp_uplink *uplink = &inventory->uplink[port.index];

		if (!uplink->there)
			continue;
		for (m = 0; m < SPP_UPLINK_MEMBERS; m++) {
			nic[m] = (struct spp_port){.kind = SPP_PORT_NIC, .index = uplink->nic[m]};
			spp_port_format(nic[m], member[m]);
		}
		json_array_append_new(
			out, json_pack("{s:s, s:[s, s], s:s, s:s, s:b, s:I, s:I, s:I}", "port",
				       spp_port_format(port, name), "nics", member[0], member[1],
				       "primary", member[uplink->primary], "active",
				       member[uplink->active], "revert", (int)uplink->revert,
				       "moves", (json_int_t)uplink->moves, "announced",
				       (json_int_t)uplink->announced, "passed_over",
				       (json_int_t)uplink->passed_over));
	}
	return out;
}

/** Of a ring one end of which is here: who has the other. */
static json_t *
status_peer(const struct spp_ring_peer *peer)
{
	if (peer->process != 0)
		return json_pack("{s:i}", "process", (int)peer->process);
	return peer->gone ? json_string("gone") : json_null();
}

static json_t *
status_port(struct spp_port port, const struct spp_port_stats *stats)
{
	char name[SPP_PORT_TEXT_SIZE];
	json_t *out = json_pack(
		"{s:s, s:b, s:{s:I, s:I, s:o}, s:{s:I, s:I, s:o}}", "port",
		spp_port_format(port, name), "link", stats->link_up, "rx", "packets",
		(json_int_t)stats->rx_packets, "bytes", (json_int_t)stats->rx_bytes, "drops",
		status_drops(stats->rx_drops), "tx", "packets", (json_int_t)stats->tx_packets,
		"bytes", (json_int_t)stats->tx_bytes, "drops", status_drops(stats->tx_drops));

	if (port.kind == SPP_PORT_VHOST) {
		json_object_set_new(out, "problems", status_problems(stats->problems));
		json_object_set_new(out, "offered", status_features(stats->offered));
		json_object_set_new(out, "negotiated", status_features(stats->negotiated));
	}
	if (stats->peer.alone) {
		json_object_set_new(out, "end", json_string(stats->peer.has_rx ? "rx" : "tx"));
		json_object_set_new(out, "peer", status_peer(&stats->peer));
		json_object_set_new(out, "waiting", json_integer(stats->peer.waiting));
	}
	return out;
}

/** How long packets that left by a port were inside; NULL: none did, or it is a ring. */
static json_t *
status_latency(const struct spp_dataplane_ops *ops, void *ctx, struct spp_port port)
{
	static const unsigned int bounds[SPP_LATENCY_BOUNDS_NB] = SPP_LATENCY_BOUNDS;
	struct spp_latency_stats stats;
	json_t *within;
	char key[16];
	unsigned int i;

	if (port.kind == SPP_PORT_RING)
		return NULL;
	ops->latency(ctx, port, &stats);
	if (stats.samples == 0)
		return NULL;
	within = json_object();
	for (i = 0; i < SPP_LATENCY_BOUNDS_NB; i++) {
		snprintf(key, sizeof(key), "%u", bounds[i]);
		json_object_set_new(within, key, json_integer((json_int_t)stats.within[i]));
	}
	return json_pack("{s:I, s:I, s:o}", "samples", (json_int_t)stats.samples, "sum_ns",
			 (json_int_t)stats.sum_ns, "within_us", within);
}

static json_t *
status_ports(const struct spp_inventory *inventory, const struct spp_dataplane_ops *ops, void *ctx)
{
	struct spp_port_stats stats;
	json_t *out = json_array(), *one, *latency;
	char name[SPP_PORT_TEXT_SIZE];
	struct spp_port port;
	unsigned int id;
	int uplink;

	for (id = 0; id < SPP_PORT_ID_MAX; id++) {
		uplink = id < SPP_NIC_MAX ? spp_uplink_of_nic(inventory->uplink, id) : -1;
		if (uplink < 0 && (!inventory->usable[id] || !inventory->present[id]))
			continue;
		ops->port_stats(ctx, spp_port_from_id(id), &stats);
		one = status_port(spp_port_from_id(id), &stats);
		if (spp_port_from_id(id).kind == SPP_PORT_VHOST)
			json_object_set_new(
				one, "guest",
				json_string(spp_guest_name(inventory->trusted,
							   spp_port_from_id(id).index)));
		latency = status_latency(ops, ctx, spp_port_from_id(id));
		if (latency != NULL)
			json_object_set_new(one, "latency", latency);
		port = (struct spp_port){.kind = SPP_PORT_UPLINK, .index = (uint16_t)uplink};
		if (uplink >= 0)
			json_object_set_new(one, "uplink",
					    json_string(spp_port_format(port, name)));
		json_array_append_new(out, one);
	}
	return out;
}

/** Who captures packets here. */
static json_t *
status_captures(const struct spp_dataplane_ops *ops, void *ctx)
{
	struct spp_capture_info all[SPP_CAPTURE_MAX];
	unsigned int i, id, nb = ops->captures(ctx, all);
	char name[SPP_PORT_TEXT_SIZE];
	json_t *out = json_array(), *ports;

	for (i = 0; i < nb; i++) {
		ports = json_array();
		for (id = 0; id < SPP_PORT_ID_MAX; id++) {
			if (spp_capture_has_port(&all[i].what, id))
				json_array_append_new(ports, json_string(spp_port_format(
								     spp_port_from_id(id), name)));
		}
		json_array_append_new(
			out,
			json_pack("{s:I, s:i, s:I, s:o, s:b, s:b, s:b, s:i, s:i, s:b, s:I, s:I}",
				  "uid", (json_int_t)all[i].uid, "pid", (int)all[i].pid, "since",
				  (json_int_t)all[i].since, "ports", ports, "rx",
				  (int)all[i].what.rx, "tx", (int)all[i].what.tx, "drops",
				  (int)(all[i].what.reasons != 0), "trace", (int)all[i].what.trace,
				  "snaplen", (int)all[i].what.snaplen, "filter",
				  (int)(all[i].what.nb_filter > 0), "seen", (json_int_t)all[i].seen,
				  "lost", (json_int_t)all[i].lost));
	}
	return out;
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
status_state_file(const struct spp_status_saved *saved)
{
	json_t *out;

	if (saved == NULL)
		return json_null();
	out = json_pack("{s:o, s:b, s:I, s:b}", "path", spp_json_string(saved->path), "saved",
			(int)saved->saved, "generation", (json_int_t)saved->generation, "restored",
			(int)saved->restored);
	if (saved->error[0] != '\0')
		json_object_set_new(out, "error", spp_json_string(saved->error));
	return out;
}

static json_t *
status_flushes(const struct spp_flush_counts *counts)
{
	static const unsigned int bounds[SPP_FLUSH_BOUNDS_NB] = SPP_FLUSH_BOUNDS;
	json_t *within = json_object();
	char key[16];
	unsigned int i;

	for (i = 0; i < SPP_FLUSH_BOUNDS_NB; i++) {
		snprintf(key, sizeof(key), "%u", bounds[i]);
		json_object_set_new(within, key, json_integer((json_int_t)counts->within[i]));
	}
	return json_pack("{s:I, s:I, s:I, s:I, s:o}", "done", (json_int_t)counts->done, "failed",
			 (json_int_t)counts->failed, "last_us", (json_int_t)counts->last_us,
			 "sum_us", (json_int_t)counts->sum_us, "within_us", within);
}

static int
count_usable(const struct spp_inventory *inventory, enum spp_port_kind kind)
{
	struct spp_port port = {.kind = (uint8_t)kind};
	int nb = 0;

	for (; port.index < spp_port_kind_nb(kind); port.index++)
		nb += inventory->usable[spp_port_id(port)];
	return nb;
}

json_t *
spp_status_vf(unsigned int process_id, const struct spp_txn *txn,
	      const struct spp_status_saved *saved, const struct spp_dataplane_ops *ops, void *ctx)
{
	const struct spp_inventory *inventory = ops->inventory(ctx);
	const struct spp_model *model = spp_txn_running(txn);
	json_t *info = json_object(), *uplinks;
	struct spp_txn_state state;
	uint64_t drops[SPP_DROP_NB];

	spp_txn_state(txn, &state);
	json_object_set_new(info, "process", json_integer(process_id));
	if (inventory->mirror)
		json_object_set_new(info, "process_type", json_string("mirror"));
	add_kind(info, inventory, SPP_PORT_NIC, "num_nic", "nic");
	add_kind(info, inventory, SPP_PORT_VHOST, "num_vhost", "vhost");
	add_kind(info, inventory, SPP_PORT_RING, "num_ring", "ring");
	uplinks = status_uplinks(inventory);
	if (json_array_size(uplinks) > 0)
		json_object_set(info, "uplink", uplinks);
	json_decref(uplinks);
	if (inventory->on_first_use)
		json_object_set_new(info, "on_first_use",
				    json_pack("{s:i, s:i}", "vhost",
					      count_usable(inventory, SPP_PORT_VHOST), "ring",
					      count_usable(inventory, SPP_PORT_RING)));
	json_object_set_new(info, "main_core", json_integer(inventory->main_lcore));
	json_object_set_new(info, "mtu", json_integer(inventory->mtu));
	json_object_set_new(info, "host_mtu",
			    inventory->host_mtu > 0 ? json_integer(inventory->host_mtu)
						    : json_null());
	json_object_set_new(info, "guest_filter",
			    json_string(spp_filter_name(inventory->guest_filter)));
	json_object_set_new(info, "vhost_path", spp_json_string(inventory->vhost_path));
	json_object_set_new(info, "core", status_cores(inventory, model));
	json_object_set_new(info, "classifier_table", status_table(model));
	json_object_set_new(info, "labels", spp_labels_encode(model));
	json_object_set_new(info, "generation", json_integer((json_int_t)state.generation));
	json_object_set_new(info, "staged", json_boolean(state.staged));
	json_object_set_new(info, "retiring", json_boolean(state.retiring));
	json_object_set_new(info, "degraded", json_boolean(state.degraded || inventory->degraded));
	if (state.degraded)
		json_object_set_new(info, "degraded_why", spp_json_string(state.degraded_why));
	else if (inventory->degraded)
		json_object_set_new(info, "degraded_why",
				    json_string("a lcore does not answer, and a guest's memory "
						"cannot be let go before it does"));
	json_object_set_new(info, "state_file", status_state_file(saved));
	json_object_set_new(info, "flush", status_flushes(&state.flushes));
	ops->drop_totals(ctx, drops);
	json_object_set_new(info, "drops", status_drops(drops));
	json_object_set_new(info, "component", status_components(model, ops, ctx));
	json_object_set_new(info, "port", status_ports(inventory, ops, ctx));
	json_object_set_new(info, "lcore", status_lcores(inventory, ops, ctx));
	json_object_set_new(info, "captures", status_captures(ops, ctx));
	json_object_set_new(info, "time_us", json_integer((json_int_t)ops->now_us(ctx)));
	json_object_set_new(info, "tsc_hz", json_integer((json_int_t)ops->tsc_hz(ctx)));
	return info;
}
