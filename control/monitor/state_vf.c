/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A spp_vf as JSON. See state_vf.h.
 */
#include "monitor/state_vf.h"

#include <inttypes.h>

#include "monitor/pcap.h"

static void
write_side(struct monitor_text *text, const char *key, const struct monitor_side *side)
{
	monitor_text_printf(text,
			    ",\"%s\":{\"wired\":%s,\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64
			    ",\"packets_per_second\":",
			    key, side->wired ? "true" : "false", side->packets.total,
			    side->bytes.total);
	monitor_text_number(text, (double)side->packets.rate);
	monitor_text_add(text, ",\"bytes_per_second\":");
	monitor_text_number(text, (double)side->bytes.rate);
	monitor_text_add(text, "}");
}

static void
write_port(struct monitor_text *text, const struct monitor_port *port)
{
	char kind[MONITOR_PORT_SIZE];

	monitor_text_add(text, "{\"port\":");
	monitor_text_json(text, port->name);
	monitor_text_add(text, ",\"kind\":");
	monitor_text_json(text, monitor_port_kind(port->name, kind));
	monitor_text_add(text, ",\"name\":");
	monitor_text_json(text, port->label);
	monitor_text_printf(text, ",\"up\":%s", port->up ? "true" : "false");
	if (port->uplink[0] != '\0') {
		monitor_text_add(text, ",\"uplink\":");
		monitor_text_json(text, port->uplink);
		monitor_text_printf(text, ",\"sends\":%s", port->sends ? "true" : "false");
	}
	write_side(text, "receive", &port->rx);
	write_side(text, "transmit", &port->tx);
	monitor_text_printf(text, ",\"nb_addresses\":%u,\"addresses\":[", port->nb_addresses);
	for (unsigned int i = 0; i < port->nb_addresses && i < MONITOR_ADDRESSES; i++) {
		monitor_text_add(text, i > 0 ? "," : "");
		monitor_text_json(text, port->addresses[i]);
	}
	monitor_text_add(text, "]}");
}

static void
write_ends(struct monitor_text *text, const char *key, const struct monitor_end *ends,
	   unsigned int nb)
{
	monitor_text_printf(text, ",\"%s\":[", key);
	for (unsigned int i = 0; i < nb; i++) {
		monitor_text_add(text, i > 0 ? ",{\"port\":" : "{\"port\":");
		monitor_text_json(text, ends[i].port);
		if (ends[i].vlan[0] != '\0') {
			monitor_text_add(text, ",\"vlan\":");
			monitor_text_json(text, ends[i].vlan);
		}
		if (ends[i].filter[0] != '\0') {
			monitor_text_add(text, ",\"filter\":");
			monitor_text_json(text, ends[i].filter);
		}
		monitor_text_add(text, "}");
	}
	monitor_text_add(text, "]");
}

static void
write_component(struct monitor_text *text, const struct monitor_component *c)
{
	monitor_text_add(text, "{\"id\":");
	monitor_text_json(text, c->id);
	monitor_text_add(text, ",\"type\":");
	monitor_text_json(text, c->type);
	monitor_text_add(text, ",\"status\":");
	monitor_text_json(text, c->status);
	monitor_text_add(text, ",\"lcores\":[");
	for (unsigned int i = 0; i < c->nb_lcores; i++)
		monitor_text_printf(text, "%s%u", i > 0 ? "," : "", c->lcores[i]);
	monitor_text_add(text, "]");
	write_ends(text, "rx", c->rx, c->nb_rx);
	write_ends(text, "tx", c->tx, c->nb_tx);
	monitor_text_printf(text,
			    ",\"packets\":%" PRIu64 ",\"packets_per_second\":", c->packets.total);
	monitor_text_number(text, (double)c->packets.rate);
	monitor_text_add(text, ",\"packets_per_vector\":");
	monitor_text_number(
		text, c->vectors.rate > 0 ? (double)c->packets.rate / (double)c->vectors.rate : 0);
	monitor_text_add(text, ",\"cycles_per_packet\":");
	monitor_text_number(
		text, c->packets.rate > 0 ? (double)c->cycles.rate / (double)c->packets.rate : 0);
	monitor_text_add(text, "}");
}

/* Shares of the time since the look before. */
static void
write_lcore(struct monitor_text *text, const struct monitor_lcore *lcore)
{
	double busy = (double)lcore->busy.rate, idle = (double)lcore->idle.rate;
	double sum = busy + idle + (double)lcore->asleep.rate;

	monitor_text_printf(text,
			    "{\"lcore\":%u,\"used\":%s,\"busy\":%.4f,\"idle\":%.4f,"
			    "\"asleep\":%.4f}",
			    lcore->lcore, lcore->used ? "true" : "false", sum > 0 ? busy / sum : 0,
			    sum > 0 ? idle / sum : 0,
			    sum > 0 ? (double)lcore->asleep.rate / sum : 0);
}

static void
write_wiring(struct monitor_text *text, const struct monitor_vf *vf)
{
	monitor_text_printf(text,
			    ",\"generation\":%" PRIu64 ",\"staged\":%s,\"degraded\":%s,"
			    "\"degraded_why\":",
			    vf->generation, vf->staged ? "true" : "false",
			    vf->degraded ? "true" : "false");
	monitor_text_json(text, vf->degraded_why);
	monitor_text_printf(text, ",\"saved\":%s,\"save_error\":",
			    vf->saved < 0   ? "null"
			    : vf->saved > 0 ? "true"
					    : "false");
	monitor_text_json(text, vf->save_error);
	monitor_text_printf(text,
			    ",\"flushes\":{\"done\":%" PRIu64 ",\"failed\":%" PRIu64
			    ",\"last_us\":%" PRIu64 "},\"table_entries\":%u",
			    vf->flushes.done.total, vf->flushes.failed.total, vf->flushes.last_us,
			    vf->nb_entries);
}

static void
write_recorder(struct monitor_text *text, const struct monitor_recorder *recorder)
{
	monitor_text_printf(text, ",\"recorder\":{\"running\":%s,\"written\":%" PRIu64,
			    recorder->running ? "true" : "false", recorder->written.total);
	monitor_text_printf(text, ",\"writers\":%u,\"failed\":%u,\"error\":", recorder->nb_writers,
			    recorder->nb_failed);
	monitor_text_json(text, recorder->error);
	monitor_text_add(text, ",\"lost\":{");
	for (unsigned int i = 0; i < MONITOR_LOSSES; i++)
		monitor_text_printf(text, "%s\"%s\":%" PRIu64, i > 0 ? "," : "",
				    monitor_pcap_loss(i), recorder->lost[i].total);
	monitor_text_add(text, "}}");
}

void
monitor_state_vf(struct monitor_text *text, const char *name, const struct monitor_report *report)
{
	const struct monitor_vf *vf = report->vf;

	monitor_text_printf(text, "{\"name\":\"%s\",\"type\":\"%s\"", name, report->type);
	write_wiring(text, vf);
	if (vf->recorder != NULL)
		write_recorder(text, vf->recorder);
	monitor_text_add(text, ",\"ports\":[");
	for (unsigned int i = 0; i < vf->nb_ports; i++) {
		monitor_text_add(text, i > 0 ? "," : "");
		write_port(text, &vf->ports[i]);
	}
	monitor_text_add(text, "],\"components\":[");
	for (unsigned int i = 0; i < vf->nb_components; i++) {
		monitor_text_add(text, i > 0 ? "," : "");
		write_component(text, &vf->components[i]);
	}
	monitor_text_add(text, "],\"lcores\":[");
	for (unsigned int i = 0; i < vf->nb_lcores; i++) {
		monitor_text_add(text, i > 0 ? "," : "");
		write_lcore(text, &vf->lcores[i]);
	}
	monitor_text_add(text, "]}");
}
