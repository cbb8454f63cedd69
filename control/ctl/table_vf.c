/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The status of one spp_vf as tables: components by core, ports, and why packets were dropped.
 * See table_vf.h. What the members mean: docs/protocol.md.
 */
#include "ctl/table_vf.h"

#include <stdbool.h>
#include <string.h>

#include "ctl/reply.h"
#include "ctl/table.h"

#define VF_WORDS_SIZE 256

/* What is printed, and what it is compared with. */
struct vf_view {
	FILE *out;
	const json_t *info, *before;
	double seconds;
};

static void
print_head(const struct vf_view *view, const char *name)
{
	const json_t *info = view->info, *table = json_object_get(info, "classifier_table");

	fprintf(view->out, "%s", name);
	if (json_object_get(info, "generation") != NULL)
		fprintf(view->out, "   generation %.0f", ctl_reply_number(info, "generation"));
	if (table != NULL)
		fprintf(view->out, "   table entries %zu", json_array_size(table));
	if (ctl_reply_number(info, "host_mtu") > 0)
		fprintf(view->out, "   mtu %.0f (guests: host_mtu=%.0f)",
			ctl_reply_number(info, "mtu"), ctl_reply_number(info, "host_mtu"));
	if (strcmp(ctl_reply_text(info, "guest_filter"), "reserved") == 0)
		fputs("   guest filter reserved", view->out);
	if (json_is_true(json_object_get(info, "staged")))
		fputs("   changes are staged, not flushed", view->out);
	if (json_is_true(json_object_get(info, "degraded")))
		fprintf(view->out, "   DEGRADED: %s", ctl_reply_text(info, "degraded_why"));
	fputc('\n', view->out);
}

/* Where the wiring is kept for the next start, if it is. */
static void
print_state_file(FILE *out, const json_t *info)
{
	const json_t *file = json_object_get(info, "state_file");
	const char *path = ctl_reply_text(file, "path"), *error = ctl_reply_text(file, "error");

	if (path[0] == '\0')
		return;
	if (error[0] != '\0')
		fprintf(out, "  WIRING NOT SAVED: %s\n", error);
	else if (!json_is_true(json_object_get(file, "saved")))
		fprintf(out, "  wiring is being saved in %s\n", path);
	else if (json_is_true(json_object_get(file, "restored")))
		fprintf(out, "  wiring saved in %s, which this start began with\n", path);
	else if (ctl_reply_number(file, "generation") > 0)
		fprintf(out, "  wiring saved in %s\n", path);
	else
		fprintf(out, "  wiring will be saved in %s\n", path);
}

static bool
is_idle(const json_t *core)
{
	return strcmp(ctl_reply_text(core, "status"), "idle") == 0;
}

/* The lcore's entry for a core, in this status or in the one before. */
static const json_t *
find_lcore(const json_t *info, const json_t *core)
{
	const json_t *item;
	size_t i;

	json_array_foreach (json_object_get(info, "lcore"), i, item) {
		if (json_equal(json_object_get(item, "lcore"), json_object_get(core, "core")))
			return item;
	}
	return NULL;
}

/* "40": how much of `part` came with one of `whole`; "-" when none came. */
static void
ratio(const json_t *stats, const json_t *old, const char *part, const char *whole, char *text,
      size_t size)
{
	double divisor = ctl_table_growth(stats, old, whole);

	if (divisor <= 0)
		snprintf(text, size, "-");
	else
		snprintf(text, size, "%.0f", ctl_table_growth(stats, old, part) / divisor);
}

/* Core, and what it does with its time. */
static void
print_core(const struct vf_view *view, const json_t *core)
{
	const json_t *now = find_lcore(view->info, core), *old = find_lcore(view->before, core);
	char busy[16], idle[16], asleep[16];

	fprintf(view->out, "  %4.0f %6s %6s %6s", ctl_reply_number(core, "core"),
		ctl_table_use(now, old, "busy_cycles", busy, sizeof(busy)),
		ctl_table_use(now, old, "idle_cycles", idle, sizeof(idle)),
		ctl_table_use(now, old, "asleep_cycles", asleep, sizeof(asleep)));
}

static void
print_component(const struct vf_view *view, const json_t *core)
{
	const json_t *stats =
		ctl_table_same(json_object_get(view->info, "component"), core, "core", "name");
	const json_t *old =
		ctl_table_same(json_object_get(view->before, "component"), core, "core", "name");
	char label[VF_WORDS_SIZE], rx[VF_WORDS_SIZE], tx[VF_WORDS_SIZE], packets[32], rate[40],
		cycles[32], fill[32];
	bool incomplete = strcmp(ctl_reply_text(core, "status"), "incomplete") == 0;

	ratio(stats, old, "cycles", "packets", cycles, sizeof(cycles));
	ratio(stats, old, "packets", "vectors", fill, sizeof(fill));
	snprintf(label, sizeof(label), "%s %s", ctl_reply_text(core, "type"),
		 ctl_reply_text(core, "name"));
	print_core(view, core);
	fprintf(view->out, "  %-12s %-12s %-12s %8s %10s %7s %7s", label,
		ctl_table_words(json_object_get(core, "rx"), rx, sizeof(rx)),
		ctl_table_words(json_object_get(core, "tx"), tx, sizeof(tx)),
		ctl_table_human(ctl_reply_number(stats, "packets"), packets, sizeof(packets)),
		ctl_table_rate(stats, old, "packets", view->seconds, rate, sizeof(rate)), fill,
		cycles);
	if (incomplete)
		fputs("  INCOMPLETE: lacks ports", view->out);
	ctl_table_drops(view->out, json_object_get(stats, "drops"), json_object_get(old, "drops"),
			view->seconds, "  ");
	fputc('\n', view->out);
}

static void
print_components(const struct vf_view *view)
{
	const json_t *cores = json_object_get(view->info, "core"), *core;
	size_t i;

	fprintf(view->out, "  %4s %6s %6s %6s  %-12s %-12s %-12s %8s %10s %7s %7s  %s\n", "CORE",
		"BUSY", "IDLE", "ASLEEP", "COMPONENT", "RX", "TX", "PACKETS", "RATE", "PKT/VEC",
		"CYC/PKT", "DROPS");
	json_array_foreach (cores, i, core) {
		if (!is_idle(core))
			print_component(view, core);
	}
}

static void
print_idle(FILE *out, const json_t *info)
{
	const json_t *core;
	size_t nb_idle = 0, i;

	json_array_foreach (json_object_get(info, "core"), i, core) {
		if (is_idle(core))
			fprintf(out, "%s %.0f", nb_idle++ == 0 ? "  idle cores:" : "",
				ctl_reply_number(core, "core"));
	}
	if (nb_idle > 0)
		fputc('\n', out);
}

static bool
has_word(const json_t *words, const char *wanted)
{
	const json_t *word;
	size_t i;

	json_array_foreach (words, i, word) {
		if (strcmp(ctl_table_port_name(word), wanted) == 0)
			return true;
	}
	return false;
}

bool
ctl_table_vf_uses(const json_t *info, const json_t *port)
{
	const json_t *rx = json_object_get(port, "rx"), *tx = json_object_get(port, "tx"), *core;
	const char *name = ctl_reply_text(port, "port");
	size_t i;

	json_array_foreach (json_object_get(info, "core"), i, core) {
		if (has_word(json_object_get(core, "rx"), name) ||
		    has_word(json_object_get(core, "tx"), name))
			return true;
	}
	return json_object_get(port, "uplink") != NULL ||
	       json_array_size(json_object_get(port, "problems")) > 0 ||
	       ctl_reply_number(rx, "packets") > 0 || ctl_reply_number(tx, "packets") > 0 ||
	       json_object_size(json_object_get(rx, "drops")) > 0 ||
	       json_object_size(json_object_get(tx, "drops")) > 0;
}

/* Of the column with the ports and what they are called. */
static int
port_width(const struct vf_view *view)
{
	const json_t *port;
	int widest = 8;
	char text[128];
	size_t i;

	json_array_foreach (json_object_get(view->info, "port"), i, port) {
		int width = (int)strlen(ctl_table_called(view->info, ctl_reply_text(port, "port"),
							 text, sizeof(text)));

		if (width > widest && ctl_table_vf_uses(view->info, port))
			widest = width;
	}
	return widest;
}

static void
print_problems(const struct vf_view *view, const json_t *port)
{
	const json_t *problem;
	size_t i;

	json_array_foreach (json_object_get(port, "problems"), i, problem)
		fprintf(view->out, "    ! %s: %s\n", ctl_reply_text(port, "port"),
			ctl_table_problem(json_string_value(problem)));
}

/* Of an uplink: which of its NICs does what. */
static void
print_uplink(const struct vf_view *view, const json_t *port)
{
	const json_t *uplink =
		ctl_table_same(json_object_get(view->info, "uplink"), port, "port", NULL);
	const json_t *nics = json_object_get(uplink, "nics");
	const char *active = ctl_reply_text(uplink, "active");
	const char *first = json_string_value(json_array_get(nics, 0));
	const char *second = json_string_value(json_array_get(nics, 1));

	if (first == NULL || second == NULL)
		return;
	fprintf(view->out, "    %s sends, %s stands by; moved %.0f times\n", active,
		strcmp(active, first) == 0 ? second : first, ctl_reply_number(uplink, "moves"));
}

static void
print_port(const struct vf_view *view, const json_t *port, int width)
{
	const json_t *old =
		ctl_table_same(json_object_get(view->before, "port"), port, "port", NULL);
	static const char *const sides[] = {"rx", "tx"};
	const char *gap = "  ";
	char called[128];

	fprintf(view->out, "  %-*s %-4s", width,
		ctl_table_called(view->info, ctl_reply_text(port, "port"), called, sizeof(called)),
		json_is_true(json_object_get(port, "link")) ? "up" : "down");
	for (size_t i = 0; i < 2; i++) {
		const json_t *side = json_object_get(port, sides[i]);
		char packets[32], rate[40];

		fprintf(view->out, " %8s %10s",
			ctl_table_human(ctl_reply_number(side, "packets"), packets,
					sizeof(packets)),
			ctl_table_rate(side, json_object_get(old, sides[i]), "packets",
				       view->seconds, rate, sizeof(rate)));
	}
	for (size_t i = 0; i < 2; i++)
		gap = ctl_table_drops(view->out,
				      json_object_get(json_object_get(port, sides[i]), "drops"),
				      json_object_get(json_object_get(old, sides[i]), "drops"),
				      view->seconds, gap);
	fputc('\n', view->out);
	print_uplink(view, port);
	print_problems(view, port);
}

static void
print_ports(const struct vf_view *view)
{
	const json_t *ports = json_object_get(view->info, "port"), *port;
	int width = port_width(view);
	size_t i;

	fprintf(view->out, "  %-*s %-4s %8s %10s %8s %10s  %s\n", width, "PORT", "LINK", "RX",
		"RATE", "TX", "RATE", "DROPS");
	json_array_foreach (ports, i, port) {
		if (ctl_table_vf_uses(view->info, port))
			print_port(view, port, width);
	}
}

static void
print_unused(FILE *out, const json_t *info)
{
	const json_t *port;
	size_t nb_unused = 0, i;
	char called[128];

	json_array_foreach (json_object_get(info, "port"), i, port) {
		if (!ctl_table_vf_uses(info, port))
			fprintf(out, "%s %s", nb_unused++ == 0 ? "  unused ports:" : "",
				ctl_table_called(info, ctl_reply_text(port, "port"), called,
						 sizeof(called)));
	}
	if (nb_unused > 0)
		fputc('\n', out);
}

void
ctl_table_vf_rest(FILE *out, const char *name, const json_t *info)
{
	fprintf(out, "%s   table entries %zu\n", name,
		json_array_size(json_object_get(info, "classifier_table")));
	print_state_file(out, info);
	print_idle(out, info);
	print_unused(out, info);
}

void
ctl_table_vf(FILE *out, const char *name, const json_t *info, const json_t *before)
{
	struct vf_view view = {out, info, before, ctl_table_seconds(info, before)};

	print_head(&view, name);
	print_state_file(out, info);
	print_components(&view);
	print_idle(out, info);
	print_ports(&view);
	print_unused(out, info);
}
