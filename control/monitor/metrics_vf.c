/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The samples of each metric of a spp_vf. See metrics_vf.h.
 */
#include "monitor/metrics_vf.h"

#include <stdio.h>
#include <string.h>

/* -- ports ------------------------------------------------------------------------------------ */

/* One counter of every port. @param offset where it is in struct monitor_port */
static void
of_ports(struct monitor_out *out, const char *name, const struct monitor_report *report,
	 size_t offset)
{
	char kind[MONITOR_PORT_SIZE];

	for (unsigned int i = 0; i < report->vf->nb_ports; i++) {
		const struct monitor_port *port = &report->vf->ports[i];
		const struct monitor_count *count =
			(const struct monitor_count *)((const char *)port + offset);

		monitor_sample_integer(out,
				       MONITOR_LABELS("vf", name, "port", port->name, "kind",
						      monitor_port_kind(port->name, kind)),
				       count->total);
	}
}

void
monitor_metric_receive_packets(struct monitor_out *out, const char *name,
			       const struct monitor_report *report)
{
	of_ports(out, name, report, offsetof(struct monitor_port, rx.packets));
}

void
monitor_metric_receive_bytes(struct monitor_out *out, const char *name,
			     const struct monitor_report *report)
{
	of_ports(out, name, report, offsetof(struct monitor_port, rx.bytes));
}

void
monitor_metric_transmit_packets(struct monitor_out *out, const char *name,
				const struct monitor_report *report)
{
	of_ports(out, name, report, offsetof(struct monitor_port, tx.packets));
}

void
monitor_metric_transmit_bytes(struct monitor_out *out, const char *name,
			      const struct monitor_report *report)
{
	of_ports(out, name, report, offsetof(struct monitor_port, tx.bytes));
}

/* Rings are never down: they have no link. */
void
monitor_metric_port_up(struct monitor_out *out, const char *name,
		       const struct monitor_report *report)
{
	char kind[MONITOR_PORT_SIZE];

	for (unsigned int i = 0; i < report->vf->nb_ports; i++) {
		const struct monitor_port *port = &report->vf->ports[i];

		if (strcmp(monitor_port_kind(port->name, kind), "ring") != 0)
			monitor_sample_integer(
				out, MONITOR_LABELS("vf", name, "port", port->name, "kind", kind),
				port->up);
	}
}

/* Of a NIC as spp_primary says, "" where it does not answer. */
static const char *
driver_of(const struct monitor_model *model, const char *kind, const char *port)
{
	const struct monitor_report *primary;

	if (strcmp(kind, "nic") != 0)
		return strcmp(kind, "vhost") == 0 ? "vhost-user" : "";
	if (model->nb_processes == 0 || model->processes[0].id != 0)
		return "";
	primary = monitor_now(&model->processes[0]);
	for (unsigned int i = 0; primary != NULL && i < primary->host->nb_nics; i++)
		if (strcmp(primary->host->nics[i].name, port) == 0)
			return primary->host->nics[i].driver;
	return "";
}

/* The socket of a guest: the number of the vhost in place of %u. */
static const char *
path_of(const struct monitor_vf *vf, const char *kind, const char *port, char *path, size_t size)
{
	const char *place = strstr(vf->vhost_path, "%u");

	path[0] = '\0';
	if (strcmp(kind, "vhost") == 0 && place != NULL)
		snprintf(path, size, "%.*s%s%s", (int)(place - vf->vhost_path), vf->vhost_path,
			 port + strlen(kind), place + strlen("%u"));
	return path;
}

static void
port_info(struct monitor_out *out, const struct monitor_model *model, const char *name,
	  const struct monitor_vf *vf)
{
	char kind[MONITOR_PORT_SIZE], path[sizeof(vf->vhost_path) + MONITOR_PORT_SIZE];

	for (unsigned int i = 0; i < vf->nb_ports; i++) {
		const struct monitor_port *port = &vf->ports[i];

		monitor_port_kind(port->name, kind);
		monitor_sample_integer(
			out,
			MONITOR_LABELS("vf", name, "port", port->name, "kind", kind, "name",
				       port->label, "driver", driver_of(model, kind, port->name),
				       "path", path_of(vf, kind, port->name, path, sizeof(path)),
				       "receives", port->rx.wired ? "yes" : "no", "transmits",
				       port->tx.wired ? "yes" : "no"),
			1);
	}
}

void
monitor_metric_port_info(struct monitor_out *out, const struct monitor_model *model)
{
	for (unsigned int i = 0; i < model->nb_processes; i++) {
		const struct monitor_report *report = monitor_now(&model->processes[i]);

		if (report != NULL && report->vf != NULL)
			port_info(out, model, model->processes[i].name, report->vf);
	}
}

void
monitor_metric_uplink_sends(struct monitor_out *out, const char *name,
			    const struct monitor_report *report)
{
	for (unsigned int i = 0; i < report->vf->nb_ports; i++) {
		const struct monitor_port *port = &report->vf->ports[i];

		if (port->uplink[0] != '\0')
			monitor_sample_integer(out,
					       MONITOR_LABELS("vf", name, "uplink", port->uplink,
							      "port", port->name),
					       port->sends);
	}
}

void
monitor_metric_uplink_moves(struct monitor_out *out, const char *name,
			    const struct monitor_report *report)
{
	char kind[MONITOR_PORT_SIZE];

	for (unsigned int i = 0; i < report->vf->nb_ports; i++) {
		const struct monitor_port *port = &report->vf->ports[i];

		if (strcmp(monitor_port_kind(port->name, kind), "uplink") == 0)
			monitor_sample_integer(out,
					       MONITOR_LABELS("vf", name, "uplink", port->name),
					       port->moves.total);
	}
}

/* -- drops ------------------------------------------------------------------------------------ */

/*
 * A reason that has not occurred is shown as 0 where it is to be expected: rate() takes no notice
 * of a counter's first value, so that the first drops of a series which begins with them would be
 * lost.
 */
static bool
is_expected(unsigned int reason, const char *kind, bool tx)
{
	switch (reason) {
	case SPP_DROP_RING_FULL:
	case SPP_DROP_NO_CONSUMER:
		return tx && strcmp(kind, "ring") == 0;
	case SPP_DROP_NIC_FULL:
		return tx && (strcmp(kind, "nic") == 0 || strcmp(kind, "uplink") == 0);
	case SPP_DROP_VHOST_FULL:
	case SPP_DROP_NO_GUEST:
	case SPP_DROP_BUFFER_SMALL:
		return tx && strcmp(kind, "vhost") == 0;
	case SPP_DROP_RESERVED:
	case SPP_DROP_GUEST_OFFLOAD:
	case SPP_DROP_BAD_OFFLOAD:
	case SPP_DROP_MALFORMED:
		return !tx && strcmp(kind, "vhost") == 0;
	case SPP_DROP_NO_VECTOR:
	case SPP_DROP_NO_CREDIT:
	case SPP_DROP_TOO_BIG:
		return !tx && strcmp(kind, "ring") != 0;
	default:
		return false;
	}
}

static void
drops_of_side(struct monitor_out *out, const char *name, const struct monitor_port *port, bool tx)
{
	const struct monitor_side *side = tx ? &port->tx : &port->rx;
	char kind[MONITOR_PORT_SIZE];

	monitor_port_kind(port->name, kind);
	for (unsigned int i = 0; i < SPP_DROP_NB; i++)
		if (side->drops[i].total > 0 || (side->wired && is_expected(i, kind, tx)))
			monitor_sample_integer(out,
					       MONITOR_LABELS("vf", name, "port", port->name,
							      "direction",
							      tx ? "transmit" : "receive", "reason",
							      monitor_drop_name(i)),
					       side->drops[i].total);
}

void
monitor_metric_drops(struct monitor_out *out, const char *name, const struct monitor_report *report)
{
	const struct monitor_vf *vf = report->vf;

	for (unsigned int i = 0; i < vf->nb_ports; i++) {
		drops_of_side(out, name, &vf->ports[i], false);
		drops_of_side(out, name, &vf->ports[i], true);
	}
	for (unsigned int i = 0; i < vf->nb_components; i++) {
		const struct monitor_component *c = &vf->components[i];
		bool looks = strcmp(c->type, "classifier") == 0 || strcmp(c->type, "switch") == 0;

		for (unsigned int k = 0; k < SPP_DROP_NB; k++)
			if (c->drops[k].total > 0 || k == SPP_DROP_INCOMPLETE ||
			    (looks && (k == SPP_DROP_NO_ENTRY || k == SPP_DROP_NO_PORT)))
				monitor_sample_integer(out,
						       MONITOR_LABELS("vf", name, "component",
								      c->id, "reason",
								      monitor_drop_name(k)),
						       c->drops[k].total);
	}
}

void
monitor_metric_vf_drops(struct monitor_out *out, const char *name,
			const struct monitor_report *report)
{
	for (unsigned int i = 0; i < SPP_DROP_NB; i++)
		monitor_sample_integer(out,
				       MONITOR_LABELS("vf", name, "reason", monitor_drop_name(i)),
				       report->vf->drops[i].total);
}

/* -- components and cores --------------------------------------------------------------------- */

static void
of_components(struct monitor_out *out, const char *name, const struct monitor_report *report,
	      size_t offset)
{
	for (unsigned int i = 0; i < report->vf->nb_components; i++) {
		const struct monitor_component *c = &report->vf->components[i];
		const struct monitor_count *count =
			(const struct monitor_count *)((const char *)c + offset);

		monitor_sample_integer(
			out, MONITOR_LABELS("vf", name, "component", c->id, "type", c->type),
			count->total);
	}
}

void
monitor_metric_component_packets(struct monitor_out *out, const char *name,
				 const struct monitor_report *report)
{
	of_components(out, name, report, offsetof(struct monitor_component, packets));
}

void
monitor_metric_component_vectors(struct monitor_out *out, const char *name,
				 const struct monitor_report *report)
{
	of_components(out, name, report, offsetof(struct monitor_component, vectors));
}

void
monitor_metric_component_cycles(struct monitor_out *out, const char *name,
				const struct monitor_report *report)
{
	of_components(out, name, report, offsetof(struct monitor_component, cycles));
}

void
monitor_metric_component_lcore(struct monitor_out *out, const char *name,
			       const struct monitor_report *report)
{
	char lcore[16];

	for (unsigned int i = 0; i < report->vf->nb_components; i++) {
		const struct monitor_component *c = &report->vf->components[i];

		for (unsigned int k = 0; k < c->nb_lcores; k++) {
			snprintf(lcore, sizeof(lcore), "%u", c->lcores[k]);
			monitor_sample_integer(
				out, MONITOR_LABELS("vf", name, "component", c->id, "lcore", lcore),
				1);
		}
	}
}

void
monitor_metric_lcores(struct monitor_out *out, const char *name,
		      const struct monitor_report *report)
{
	char lcore[16];
	double hz = (double)report->tsc_hz;

	for (unsigned int i = 0; i < report->vf->nb_lcores && hz > 0; i++) {
		const struct monitor_lcore *one = &report->vf->lcores[i];

		snprintf(lcore, sizeof(lcore), "%u", one->lcore);
		monitor_sample_real(
			out, MONITOR_LABELS("process", name, "lcore", lcore, "state", "busy"),
			(double)one->busy.total / hz);
		monitor_sample_real(
			out, MONITOR_LABELS("process", name, "lcore", lcore, "state", "idle"),
			(double)one->idle.total / hz);
		monitor_sample_real(
			out, MONITOR_LABELS("process", name, "lcore", lcore, "state", "asleep"),
			(double)one->asleep.total / hz);
	}
}

/* -- the wiring ------------------------------------------------------------------------------- */

void
monitor_metric_flushes(struct monitor_out *out, const char *name,
		       const struct monitor_report *report)
{
	monitor_sample_integer(out, MONITOR_LABELS("vf", name), report->vf->flushes.done.total);
}

void
monitor_metric_flush_failures(struct monitor_out *out, const char *name,
			      const struct monitor_report *report)
{
	monitor_sample_integer(out, MONITOR_LABELS("vf", name), report->vf->flushes.failed.total);
}

void
monitor_metric_flush_duration(struct monitor_out *out, const char *name,
			      const struct monitor_report *report)
{
	const struct monitor_flushes *flushes = &report->vf->flushes;
	char bound[32];

	for (unsigned int i = 0; i < flushes->nb_bounds; i++) {
		snprintf(bound, sizeof(bound), "%.9g", (double)flushes->bound_us[i] / 1e6);
		monitor_sample_part(out, "_bucket", MONITOR_LABELS("vf", name, "le", bound),
				    (double)flushes->within[i]);
	}
	monitor_sample_part(out, "_bucket", MONITOR_LABELS("vf", name, "le", "+Inf"),
			    (double)flushes->done.total);
	monitor_sample_part(out, "_sum", MONITOR_LABELS("vf", name), (double)flushes->sum_us / 1e6);
	monitor_sample_part(out, "_count", MONITOR_LABELS("vf", name), (double)flushes->done.total);
}

void
monitor_metric_latency(struct monitor_out *out, const char *name,
		       const struct monitor_report *report)
{
	char bound[MONITOR_BOUNDS][24];
	uint64_t of[MONITOR_BOUNDS] = {0}; /* which they are: all ports have the same */

	for (unsigned int i = 0; i < report->vf->nb_ports; i++) {
		const struct monitor_latency *latency = report->vf->ports[i].latency;
		const char *port = report->vf->ports[i].name;

		for (unsigned int k = 0; latency != NULL && k < latency->nb_bounds; k++) {
			if (of[k] != latency->bound_us[k] || of[k] == 0)
				snprintf(bound[k], sizeof(bound[k]), "%.9g",
					 (double)latency->bound_us[k] / 1e6);
			of[k] = latency->bound_us[k];
			monitor_sample_part(
				out, "_bucket",
				MONITOR_LABELS("vf", name, "port", port, "le", bound[k]),
				(double)latency->within[k]);
		}
		if (latency == NULL)
			continue;
		monitor_sample_part(out, "_bucket",
				    MONITOR_LABELS("vf", name, "port", port, "le", "+Inf"),
				    (double)latency->samples);
		monitor_sample_part(out, "_sum", MONITOR_LABELS("vf", name, "port", port),
				    (double)latency->sum_ns / 1e9);
		monitor_sample_part(out, "_count", MONITOR_LABELS("vf", name, "port", port),
				    (double)latency->samples);
	}
}

void
monitor_metric_staged(struct monitor_out *out, const char *name,
		      const struct monitor_report *report)
{
	monitor_sample_integer(out, MONITOR_LABELS("vf", name), report->vf->staged);
}

void
monitor_metric_degraded(struct monitor_out *out, const char *name,
			const struct monitor_report *report)
{
	monitor_sample_integer(out, MONITOR_LABELS("vf", name), report->vf->degraded);
}

void
monitor_metric_saved(struct monitor_out *out, const char *name, const struct monitor_report *report)
{
	if (report->vf->saved >= 0)
		monitor_sample_integer(out, MONITOR_LABELS("vf", name),
				       (uint64_t)report->vf->saved);
}

void
monitor_metric_entries(struct monitor_out *out, const char *name,
		       const struct monitor_report *report)
{
	monitor_sample_integer(out, MONITOR_LABELS("vf", name), report->vf->nb_entries);
}
