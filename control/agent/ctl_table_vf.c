/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The status of one spp_vf as tables: components by core, ports, and why packets were dropped.
 * Called by ctl_status.c and ctl_watch.c.
 */
#include <string.h>

#include "ctl.h"

#define VF_WORDS_SIZE 48

static void
print_head(FILE *out, const char *name, const json_t *info)
{
	fprintf(out, "%s", name);
	if (json_object_get(info, "generation") != NULL)
		fprintf(out, "   generation %.0f", ctl_reply_number(info, "generation"));
	if (json_is_true(json_object_get(info, "staged")))
		fputs("   something is staged (flush applies it, cancel forgets it)", out);
	if (json_is_true(json_object_get(info, "degraded")))
		fputs("   DEGRADED: a flush could not be undone, restart this process", out);
	if (json_object_get(info, "classifier_table") != NULL)
		fprintf(out, "   %zu table entries",
			json_array_size(json_object_get(info, "classifier_table")));
	fputc('\n', out);
}

static bool
is_idle(const json_t *core)
{
	const char *type = ctl_reply_text(core, "type");

	return strcmp(type, "none") == 0 || strcmp(type, "unuse") == 0;
}

static void
print_component(FILE *out, const json_t *core, const json_t *info, const json_t *before,
		double seconds)
{
	const json_t *components = json_object_get(info, "components");
	const json_t *stats = ctl_table_same(components, core, "core", "name");
	const json_t *old = stats != NULL ? ctl_table_same(json_object_get(before, "components"),
							   stats, "core", "name")
					  : NULL;
	char rx[VF_WORDS_SIZE], tx[VF_WORDS_SIZE], packets[32], rate[40];

	fprintf(out, "  %4.0f  %-12s %-10s %-16s %-16s %9s %10s  ", ctl_reply_number(core, "core"),
		ctl_reply_text(core, "name")[0] != '\0' ? ctl_reply_text(core, "name")
							: ctl_reply_text(core, "type"),
		ctl_reply_text(core, "status"),
		ctl_table_words(json_object_get(core, "rx"), rx, sizeof(rx)),
		ctl_table_words(json_object_get(core, "tx"), tx, sizeof(tx)),
		ctl_table_human(ctl_reply_number(stats, "packets"), packets, sizeof(packets)),
		ctl_table_rate(stats, old, "packets", seconds, rate, sizeof(rate)));
	ctl_table_drops(out, stats, old, "drops", NULL, seconds);
}

static void
print_components(FILE *out, const json_t *info, const json_t *before, double seconds)
{
	const json_t *cores = json_object_get(info, "core"), *core;
	size_t nb_idle = 0, i;

	fprintf(out, "  %4s  %-12s %-10s %-16s %-16s %9s %10s  %s\n", "CORE", "COMPONENT", "STATUS",
		"RX", "TX", "PACKETS", "RATE", "DROPS");
	json_array_foreach (cores, i, core) {
		if (is_idle(core))
			nb_idle++;
		else
			print_component(out, core, info, before, seconds);
	}
	if (nb_idle == 0)
		return;
	fputs("  idle cores:", out);
	json_array_foreach (cores, i, core) {
		if (is_idle(core))
			fprintf(out, " %.0f", ctl_reply_number(core, "core"));
	}
	fputc('\n', out);
}

static void
print_port(FILE *out, const json_t *port, const json_t *old, double seconds)
{
	const json_t *link = json_object_get(port, "link");
	char rx[32], tx[32], rx_rate[40], tx_rate[40];

	fprintf(out, "  %-8s %-4s %9s %10s %9s %10s  ", ctl_reply_text(port, "port"),
		link == NULL           ? "?"
		: json_is_true(link)   ? "up"
		: json_is_string(link) ? json_string_value(link)
				       : "down",
		ctl_table_human(ctl_reply_number(port, "rx_packets"), rx, sizeof(rx)),
		ctl_table_rate(port, old, "rx_packets", seconds, rx_rate, sizeof(rx_rate)),
		ctl_table_human(ctl_reply_number(port, "tx_packets"), tx, sizeof(tx)),
		ctl_table_rate(port, old, "tx_packets", seconds, tx_rate, sizeof(tx_rate)));
	ctl_table_drops(out, port, old, "rx_drops", "tx_drops", seconds);
}

static void
print_ports(FILE *out, const json_t *info, const json_t *before, double seconds)
{
	const json_t *ports = json_object_get(info, "ports"), *port;
	size_t i;

	if (json_array_size(ports) == 0)
		return;
	fprintf(out, "  %-8s %-4s %9s %10s %9s %10s  %s\n", "PORT", "LINK", "RX", "RATE", "TX",
		"RATE", "DROPS");
	json_array_foreach (ports, i, port)
		print_port(out, port,
			   ctl_table_same(json_object_get(before, "ports"), port, "port", NULL),
			   seconds);
}

void
ctl_table_vf(FILE *out, const char *name, const json_t *info, const json_t *before, double seconds)
{
	print_head(out, name, info);
	print_components(out, info, before, seconds);
	print_ports(out, info, before, seconds);
}
