/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Reads a status. See read.h.
 */
#include "monitor/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change/process.h"
#include "monitor/pcap.h"

/* -- members ---------------------------------------------------------------------------------- */

static uint64_t
number(const json_t *object, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(object, key));

	return value > 0 ? (uint64_t)value : 0;
}

static void
count(struct monitor_count *out, const json_t *object, const char *key)
{
	out->raw = number(object, key);
}

static bool
truth(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static const char *
string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value != NULL ? value : "";
}

#define COPY(field, object, key) snprintf(field, sizeof(field), "%s", string(object, key))

/* Room for one element of each in a JSON array. */
static void *
room_for(const json_t *array, size_t size, unsigned int *nb)
{
	size_t length = json_array_size(array);
	void *room = calloc(length > 0 ? length : 1, size);

	*nb = room != NULL ? (unsigned int)length : 0;
	return room;
}

static void
read_drops(const json_t *drops, struct monitor_count out[SPP_DROP_NB])
{
	const char *key;
	json_t *value;
	int reason;

	json_object_foreach ((json_t *)drops, key, value) {
		reason = monitor_drop_parse(key);
		if (reason >= 0 && json_integer_value(value) > 0)
			out[reason].raw = (uint64_t)json_integer_value(value);
	}
}

/* -- a spp_vf --------------------------------------------------------------------------------- */

/* A port is a name, or an object where it has an operation. */
static const char *
port_name(const json_t *port)
{
	const char *name = json_is_string(port) ? json_string_value(port) : string(port, "port");

	return name != NULL ? name : "";
}

static void
read_vlan(const json_t *vlan, char out[24])
{
	const char *operation = string(vlan, "operation");

	if (strncmp(operation, "add", 3) == 0) {
		int length = snprintf(out, 24, "+%u", (unsigned int)number(vlan, "id"));

		if (number(vlan, "pcp") > 0)
			snprintf(out + length, 24 - (size_t)length, "/%u",
				 (unsigned int)number(vlan, "pcp"));
	} else if (strncmp(operation, "del", 3) == 0) {
		snprintf(out, 24, "-tag");
	}
}

static struct monitor_end *
read_ends(const json_t *ports, unsigned int *nb)
{
	struct monitor_end *ends = room_for(ports, sizeof(*ends), nb);

	for (unsigned int i = 0; i < *nb; i++) {
		const json_t *port = json_array_get(ports, i);

		snprintf(ends[i].port, sizeof(ends[i].port), "%s", port_name(port));
		read_vlan(json_object_get(port, "vlan"), ends[i].vlan);
		COPY(ends[i].filter, port, "filter");
	}
	return ends;
}

/* One core today; a list, where a component has several. */
static void
read_cores(const json_t *core, struct monitor_component *out)
{
	const json_t *one;
	size_t i;

	if (json_is_integer(core))
		out->lcores[out->nb_lcores++] = (uint16_t)json_integer_value(core);
	json_array_foreach (core, i, one) {
		if (out->nb_lcores < SPP_WORKER_MAX)
			out->lcores[out->nb_lcores++] = (uint16_t)json_integer_value(one);
	}
}

static void
read_component(const json_t *in, struct monitor_component *out)
{
	const json_t *cores = json_object_get(in, "cores");

	read_cores(cores != NULL ? cores : json_object_get(in, "core"), out);
	COPY(out->id, in, "name");
	if (out->id[0] == '\0')
		snprintf(out->id, sizeof(out->id), "core%u",
			 (unsigned int)(out->nb_lcores > 0 ? out->lcores[0] : 0));
	COPY(out->type, in, "type");
	COPY(out->status, in, "status");
	out->rx = read_ends(json_object_get(in, "rx"), &out->nb_rx);
	out->tx = read_ends(json_object_get(in, "tx"), &out->nb_tx);
	count(&out->packets, in, "packets");
	count(&out->vectors, in, "vectors");
	count(&out->cycles, in, "cycles");
	read_drops(json_object_get(in, "drops"), out->drops);
}

static void
read_side(const json_t *in, struct monitor_side *out)
{
	count(&out->packets, in, "packets");
	count(&out->bytes, in, "bytes");
	read_drops(json_object_get(in, "drops"), out->drops);
}

/* How many were within each bound of a histogram, ascending. */
static void
read_bounds(const json_t *within_us, uint64_t bound_us[MONITOR_BOUNDS],
	    uint64_t within[MONITOR_BOUNDS], unsigned int *nb)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)within_us, key, value) {
		if (*nb == MONITOR_BOUNDS)
			return;
		bound_us[*nb] = strtoull(key, NULL, 10);
		within[(*nb)++] = (uint64_t)json_integer_value(value);
	}
}

static struct monitor_latency *
read_latency(const json_t *in)
{
	struct monitor_latency *out =
		json_is_object(in) ? calloc(1, sizeof(struct monitor_latency)) : NULL;

	if (out == NULL)
		return NULL;
	out->samples = number(in, "samples");
	out->sum_ns = number(in, "sum_ns");
	read_bounds(json_object_get(in, "within_us"), out->bound_us, out->within, &out->nb_bounds);
	return out;
}

static void
read_ports(const json_t *ports, struct monitor_vf *vf)
{
	vf->ports = room_for(ports, sizeof(*vf->ports), &vf->nb_ports);
	for (unsigned int i = 0; i < vf->nb_ports; i++) {
		const json_t *in = json_array_get(ports, i);

		COPY(vf->ports[i].name, in, "port");
		vf->ports[i].up = truth(in, "link");
		COPY(vf->ports[i].uplink, in, "uplink");
		read_side(json_object_get(in, "rx"), &vf->ports[i].rx);
		read_side(json_object_get(in, "tx"), &vf->ports[i].tx);
		vf->ports[i].latency = read_latency(json_object_get(in, "latency"));
	}
}

/* What ports are called, by their names. */
static void
read_labels(const json_t *labels, struct monitor_vf *vf)
{
	for (unsigned int i = 0; i < vf->nb_ports; i++)
		COPY(vf->ports[i].label, labels, vf->ports[i].name);
}

static void
read_uplinks(const json_t *uplinks, struct monitor_vf *vf)
{
	struct monitor_port *port;

	for (size_t i = 0; i < json_array_size(uplinks); i++) {
		const json_t *in = json_array_get(uplinks, i);

		port = monitor_find_port(vf, string(in, "port"));
		if (port != NULL)
			count(&port->moves, in, "moves");
		port = monitor_find_port(vf, string(in, "active"));
		if (port != NULL)
			port->sends = true;
	}
}

static void
read_lcores(const json_t *lcores, struct monitor_vf *vf)
{
	vf->lcores = room_for(lcores, sizeof(*vf->lcores), &vf->nb_lcores);
	for (unsigned int i = 0; i < vf->nb_lcores; i++) {
		const json_t *in = json_array_get(lcores, i);

		vf->lcores[i].lcore = (unsigned int)number(in, "lcore");
		count(&vf->lcores[i].busy, in, "busy_cycles");
		count(&vf->lcores[i].idle, in, "idle_cycles");
		count(&vf->lcores[i].asleep, in, "asleep_cycles");
	}
}

static void
add_address(struct monitor_vf *vf, const json_t *name, const json_t *entry)
{
	struct monitor_port *port = monitor_find_port(vf, port_name(name));

	if (port != NULL && port->nb_addresses < MONITOR_ADDRESSES)
		COPY(port->addresses[port->nb_addresses], entry, "value");
	if (port != NULL)
		port->nb_addresses++;
}

/* An entry leads to one port, or to each of an array. */
static void
read_table(const json_t *table, struct monitor_vf *vf)
{
	const json_t *entry, *ports, *one;
	size_t i, k;

	vf->nb_entries = (unsigned int)json_array_size(table);
	json_array_foreach (table, i, entry) {
		ports = json_object_get(entry, "port");
		if (!json_is_array(ports))
			add_address(vf, ports, entry);
		json_array_foreach (ports, k, one)
			add_address(vf, one, entry);
	}
}

static void
read_flushes(const json_t *in, struct monitor_flushes *out)
{
	count(&out->done, in, "done");
	count(&out->failed, in, "failed");
	out->last_us = number(in, "last_us");
	out->sum_us = number(in, "sum_us");
	read_bounds(json_object_get(in, "within_us"), out->bound_us, out->within, &out->nb_bounds);
}

/* Which sides of ports and which cores components use. */
static void
mark_wired(struct monitor_vf *vf)
{
	struct monitor_port *port;

	for (unsigned int i = 0; i < vf->nb_components; i++) {
		const struct monitor_component *c = &vf->components[i];

		for (unsigned int k = 0; k < c->nb_rx; k++)
			if ((port = monitor_find_port(vf, c->rx[k].port)) != NULL)
				port->rx.wired = true;
		for (unsigned int k = 0; k < c->nb_tx; k++)
			if ((port = monitor_find_port(vf, c->tx[k].port)) != NULL)
				port->tx.wired = true;
		for (unsigned int k = 0; k < vf->nb_lcores; k++)
			for (unsigned int n = 0; n < c->nb_lcores; n++)
				vf->lcores[k].used |= vf->lcores[k].lcore == c->lcores[n];
	}
}

static struct monitor_vf *
read_vf(const json_t *info)
{
	struct monitor_vf *vf = calloc(1, sizeof(*vf));
	const json_t *saved = json_object_get(info, "state_file"), *components;

	if (vf == NULL)
		return NULL;
	vf->generation = number(info, "generation");
	vf->staged = truth(info, "staged");
	vf->degraded = truth(info, "degraded");
	COPY(vf->degraded_why, info, "degraded_why");
	vf->saved = json_is_object(saved) ? truth(saved, "saved") : -1;
	COPY(vf->save_error, saved, "error");
	read_flushes(json_object_get(info, "flush"), &vf->flushes);
	read_drops(json_object_get(info, "drops"), vf->drops);
	COPY(vf->vhost_path, info, "vhost_path");
	read_ports(json_object_get(info, "port"), vf);
	read_labels(json_object_get(info, "labels"), vf);
	read_uplinks(json_object_get(info, "uplink"), vf);
	read_lcores(json_object_get(info, "lcore"), vf);
	read_table(json_object_get(info, "classifier_table"), vf);
	components = json_object_get(info, "component");
	vf->components = room_for(components, sizeof(*vf->components), &vf->nb_components);
	for (unsigned int i = 0; i < vf->nb_components; i++)
		read_component(json_array_get(components, i), &vf->components[i]);
	mark_wired(vf);
	return vf;
}

/* -- spp_primary ------------------------------------------------------------------------------ */

/* "vf1" of a process number; "" of null. */
static void
read_holder(const json_t *object, const char *key, char out[16])
{
	const json_t *process = json_object_get(object, key);

	if (json_is_integer(process))
		snprintf(out, 16, "vf%u", (unsigned int)json_integer_value(process));
}

static void
read_nics(const json_t *nics, struct monitor_host *host)
{
	host->nics = room_for(nics, sizeof(*host->nics), &host->nb_nics);
	for (unsigned int i = 0; i < host->nb_nics; i++) {
		struct monitor_nic *out = &host->nics[i];
		const json_t *in = json_array_get(nics, i);

		COPY(out->name, in, "port");
		COPY(out->driver, in, "driver");
		out->up = truth(in, "link");
		out->speed_bps = (double)number(in, "speed_mbps") * 1e6;
		read_holder(in, "holder", out->holder);
		count(&out->rx_packets, in, "rx_packets");
		count(&out->tx_packets, in, "tx_packets");
		count(&out->missed, in, "rx_missed");
		count(&out->tx_errors, in, "tx_errors");
	}
}

static void
read_pool(const json_t *in, struct monitor_pool *out)
{
	out->total = number(in, "total");
	out->free = number(in, "free");
}

static void
read_slots(const json_t *slots, struct monitor_host *host)
{
	host->slots = room_for(slots, sizeof(*host->slots), &host->nb_slots);
	for (unsigned int i = 0; i < host->nb_slots; i++) {
		struct monitor_slot *out = &host->slots[i];
		const json_t *in = json_array_get(slots, i);

		out->slot = (unsigned int)number(in, "slot");
		read_holder(in, "process", out->vf);
		COPY(out->state, in, "state");
		count(&out->sessions, in, "sessions");
		count(&out->deaths, in, "deaths");
		read_pool(json_object_get(in, "mbufs"), &out->mbufs);
		read_pool(json_object_get(in, "vectors"), &out->vectors);
	}
}

static struct monitor_host *
read_host(const json_t *info)
{
	struct monitor_host *host = calloc(1, sizeof(*host));
	const json_t *heap = json_object_get(info, "heap");
	const json_t *scheduler = json_object_get(info, "scheduler");

	if (host == NULL)
		return NULL;
	host->heap_size = number(heap, "size");
	host->heap_used = number(heap, "used");
	host->heap_leaked = number(heap, "leaked");
	host->restarts_left = number(heap, "restarts_left");
	count(&host->busy, scheduler, "busy_cycles");
	count(&host->idle, scheduler, "idle_cycles");
	count(&host->asleep, scheduler, "asleep_cycles");
	read_nics(json_object_get(info, "nic"), host);
	read_slots(json_object_get(info, "vf"), host);
	return host;
}

/* -- either ----------------------------------------------------------------------------------- */

struct monitor_report *
monitor_read(const json_t *info, pid_t pid)
{
	struct monitor_report *report;
	const json_t *version = json_object_get(info, "version");
	const json_t *controller = json_object_get(info, "controller");
	bool primary = json_is_array(json_object_get(info, "vf"));

	if (!json_is_object(info) || (report = calloc(1, sizeof(*report))) == NULL)
		return NULL;
	report->pid = pid;
	report->type = spp_process_type((unsigned int)number(info, "process"),
					string(info, "process_type"));
	report->time_us = number(info, "time_us");
	report->tsc_hz = number(info, "tsc_hz");
	COPY(report->version, version, "program");
	COPY(report->dpdk, version, "dpdk");
	report->restart_pending = truth(version, "restart_pending");
	report->controller = json_is_object(controller) ? truth(controller, "connected") : -1;
	COPY(report->controller_address, controller, "address");
	if (primary)
		report->host = read_host(info);
	else if (strcmp(report->type, "pcap") == 0)
		report->vf = monitor_pcap_read(info);
	else
		report->vf = read_vf(info);
	if (report->vf == NULL && report->host == NULL) {
		free(report);
		return NULL;
	}
	return report;
}
