/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The lines of `sppctl top`. See top_view.h.
 */
#include "ctl/top_view.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/grid.h"
#include "ctl/reply.h"
#include "ctl/table.h"
#include "ctl/table_pcap.h"
#include "ctl/table_primary.h"
#include "ctl/table_vf.h"

/* One spp_vf at two moments. */
struct vf {
	const char *name;
	const json_t *info, *before;
	double seconds; /**< between them; 0: this is the first look */
	enum ctl_top_sort sort;
};

static const struct grid_column port_columns[] = {
	{"VF", false, 0},  {"PORT", false, 0}, {"LINK", false, 0}, {"RX/S", true, 0},
	{"TX/S", true, 0}, {"RX", true, 2},    {"TX", true, 2},    {"DROPS", false, 0},
};
static const struct grid_column core_columns[] = {
	{"VF", false, 0},     {"CORE", true, 0},       {"BUSY", true, 0},    {"IDLE", true, 4},
	{"ASLEEP", true, 4},  {"COMPONENT", false, 0}, {"RX", false, 3},     {"TX", false, 3},
	{"PACKETS", true, 6}, {"RATE", true, 0},       {"PKT/VEC", true, 5}, {"CYC/PKT", true, 2},
	{"DROPS", false, 0},
};
#define NB(array) (sizeof(array) / sizeof((array)[0]))

const char *
ctl_top_sort_name(enum ctl_top_sort sort)
{
	static const char *const names[] = {"name", "rate", "drops", "busy"};

	return names[sort];
}

static double
per_second(const struct vf *vf, const json_t *now, const json_t *before, const char *key)
{
	return vf->seconds > 0 && before != NULL ? ctl_table_growth(now, before, key) / vf->seconds
						 : 0;
}

/* Drops a second of all reasons. */
static double
drop_rate(const struct vf *vf, const json_t *drops, const json_t *old)
{
	double sum = 0;

	if (vf->seconds <= 0)
		return 0;
	for (void *i = json_object_iter((json_t *)drops); i != NULL;
	     i = json_object_iter_next((json_t *)drops, i))
		sum += ctl_table_growth(drops, old, json_object_iter_key(i)) / vf->seconds;
	return sum;
}

/* Those that grow first: "!ring_full +30/s (1200), no_guest 5". */
static void
put_drops(const struct vf *vf, const json_t *drops, const json_t *old, char *text, size_t size)
{
	char number[32], more[32];
	size_t used = strlen(text);

	for (int growing = 1; growing >= 0; growing--) {
		for (void *i = json_object_iter((json_t *)drops); i != NULL && used < size;
		     i = json_object_iter_next((json_t *)drops, i)) {
			const char *reason = json_object_iter_key(i);
			double growth = ctl_table_growth(drops, old, reason);
			bool grows = vf->seconds > 0 && growth > 0;

			if (grows != (growing == 1))
				continue;
			ctl_table_human(ctl_reply_number(drops, reason), number, sizeof(number));
			ctl_table_human(grows ? growth / vf->seconds : 0, more, sizeof(more));
			used += (size_t)snprintf(
				text + used, size - used, grows ? "%s!%s +%s/s (%s)" : "%s%s %s",
				used > 0 ? ", " : "", reason, grows ? more : number, number);
		}
	}
}

static const char *
rate_text(const struct vf *vf, double rate, char *text, size_t size)
{
	char number[32];

	if (vf->seconds <= 0)
		return "-";
	snprintf(text, size, "%s/s", ctl_table_human(rate, number, sizeof(number)));
	return text;
}

/* -- one line for each spp_vf ----------------------------------------------------------------- */

static void
put_busiest(FILE *out, const struct vf *vf)
{
	const json_t *lcore, *found = NULL;
	double most = -1;
	size_t i;

	json_array_foreach (json_object_get(vf->info, "lcore"), i, lcore) {
		double share = ctl_table_share(
			lcore,
			ctl_table_same(json_object_get(vf->before, "lcore"), lcore, "lcore", NULL),
			"busy_cycles");

		if (share > most) {
			most = share;
			found = lcore;
		}
	}
	if (found != NULL)
		fprintf(out, "   core %.0f %.1f%%", ctl_reply_number(found, "lcore"), most);
}

static void
put_problems(FILE *out, const struct vf *vf, const json_t *port)
{
	const json_t *problem;
	char called[GRID_CELL_SIZE];
	size_t i;

	ctl_table_called(vf->info, ctl_reply_text(port, "port"), called, sizeof(called));
	json_array_foreach (json_object_get(port, "problems"), i, problem)
		fprintf(out, "%c! %s %s: %s\n", GRID_MARKED, vf->name, called,
			ctl_table_problem(json_string_value(problem)));
}

static void
put_summary(FILE *out, const struct vf *vf)
{
	const json_t *ports = json_object_get(vf->info, "port"), *port, *old;
	const json_t *drops = json_object_get(vf->info, "drops");
	const json_t *file = json_object_get(vf->info, "state_file");
	double in = 0, dropped;
	char text[GRID_CELL_SIZE];
	size_t i;

	json_array_foreach (ports, i, port) {
		old = ctl_table_same(json_object_get(vf->before, "port"), port, "port", NULL);
		/* what came by a NIC of an uplink came by the uplink */
		if (strncmp(ctl_reply_text(port, "port"), "ring", 4) != 0 &&
		    json_object_get(port, "uplink") == NULL)
			in += per_second(vf, json_object_get(port, "rx"),
					 json_object_get(old, "rx"), "packets");
	}
	dropped = drop_rate(vf, drops, json_object_get(vf->before, "drops"));
	if (dropped > 0)
		fputc(GRID_MARKED, out);
	fprintf(out, "%s   generation %.0f   in %s", vf->name,
		ctl_reply_number(vf->info, "generation"), rate_text(vf, in, text, sizeof(text)));
	fprintf(out, "   drops %s%s", dropped > 0 ? "!" : "",
		rate_text(vf, dropped, text, sizeof(text)));
	put_busiest(out, vf);
	if (json_is_true(json_object_get(vf->info, "staged")))
		fputs("   STAGED", out);
	if (json_is_true(json_object_get(vf->info, "degraded")))
		fprintf(out, "   DEGRADED: %s", ctl_reply_text(vf->info, "degraded_why"));
	if (ctl_reply_text(file, "error")[0] != '\0')
		fputs("   WIRING NOT SAVED", out);
	fputc('\n', out);
	json_array_foreach (ports, i, port)
		put_problems(out, vf, port);
}

/* -- ports ------------------------------------------------------------------------------------ */

static void
put_port(struct grid *grid, const struct vf *vf, const json_t *port)
{
	const json_t *old = ctl_table_same(json_object_get(vf->before, "port"), port, "port", NULL);
	const json_t *rx = json_object_get(port, "rx"), *tx = json_object_get(port, "tx");
	const json_t *old_rx = json_object_get(old, "rx"), *old_tx = json_object_get(old, "tx");
	const json_t *rx_drops = json_object_get(rx, "drops"),
		     *tx_drops = json_object_get(tx, "drops");
	double in = per_second(vf, rx, old_rx, "packets"), lost;
	double out = per_second(vf, tx, old_tx, "packets");
	char text[GRID_CELL_SIZE], drops[GRID_CELL_SIZE] = "";

	lost = drop_rate(vf, rx_drops, json_object_get(old_rx, "drops")) +
	       drop_rate(vf, tx_drops, json_object_get(old_tx, "drops"));
	put_drops(vf, rx_drops, json_object_get(old_rx, "drops"), drops, sizeof(drops));
	put_drops(vf, tx_drops, json_object_get(old_tx, "drops"), drops, sizeof(drops));
	grid_row(grid,
		 vf->sort == CTL_TOP_BY_NAME    ? 0
		 : vf->sort == CTL_TOP_BY_DROPS ? lost
						: in + out,
		 lost > 0);
	grid_cell(grid, "%s", vf->name);
	grid_cell(grid, "%s",
		  ctl_table_called(vf->info, ctl_reply_text(port, "port"), text, sizeof(text)));
	grid_cell(grid, "%s", json_is_true(json_object_get(port, "link")) ? "up" : "down");
	grid_cell(grid, "%s", rate_text(vf, in, text, sizeof(text)));
	grid_cell(grid, "%s", rate_text(vf, out, text, sizeof(text)));
	grid_cell(grid, "%s", ctl_table_human(ctl_reply_number(rx, "packets"), text, sizeof(text)));
	grid_cell(grid, "%s", ctl_table_human(ctl_reply_number(tx, "packets"), text, sizeof(text)));
	grid_cell(grid, "%s", drops);
}

static bool
loses(const struct vf *vf, const json_t *port)
{
	const json_t *old = ctl_table_same(json_object_get(vf->before, "port"), port, "port", NULL);
	double lost = 0;

	for (int side = 0; side < 2; side++) {
		const char *key = side == 0 ? "rx" : "tx";

		lost += drop_rate(vf, json_object_get(json_object_get(port, key), "drops"),
				  json_object_get(json_object_get(old, key), "drops"));
	}
	return lost > 0;
}

/* NICs and vhosts, and rings that lose something; or the other rings. */
static void
put_ports(struct grid *grid, const struct vf *vf, bool quiet_rings)
{
	const json_t *port;
	size_t i;

	json_array_foreach (json_object_get(vf->info, "port"), i, port) {
		bool ring = strncmp(ctl_reply_text(port, "port"), "ring", 4) == 0;

		if (ctl_table_vf_uses(vf->info, port) && (ring && !loses(vf, port)) == quiet_rings)
			put_port(grid, vf, port);
	}
}

/* -- cores ------------------------------------------------------------------------------------ */

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

static void
put_ratio(struct grid *grid, const json_t *now, const json_t *old, const char *part,
	  const char *whole)
{
	double divisor = ctl_table_growth(now, old, whole);

	if (divisor <= 0)
		grid_cell(grid, "-");
	else
		grid_cell(grid, "%.0f", ctl_table_growth(now, old, part) / divisor);
}

static void
put_times(struct grid *grid, const struct vf *vf, const json_t *core)
{
	static const char *const keys[] = {"busy_cycles", "idle_cycles", "asleep_cycles"};
	const json_t *now = find_lcore(vf->info, core), *old = find_lcore(vf->before, core);
	char text[16];

	grid_cell(grid, "%.0f", ctl_reply_number(core, "core"));
	for (size_t i = 0; i < NB(keys); i++)
		grid_cell(grid, "%s", ctl_table_use(now, old, keys[i], text, sizeof(text)));
}

static void
put_core(struct grid *grid, const struct vf *vf, const json_t *core)
{
	const json_t *now =
		ctl_table_same(json_object_get(vf->info, "component"), core, "core", "name");
	const json_t *old =
		ctl_table_same(json_object_get(vf->before, "component"), core, "core", "name");
	const json_t *drops = json_object_get(now, "drops"),
		     *old_drops = json_object_get(old, "drops");
	double rate = per_second(vf, now, old, "packets"), lost = drop_rate(vf, drops, old_drops);
	double busy = ctl_table_share(find_lcore(vf->info, core), find_lcore(vf->before, core),
				      "busy_cycles");
	char text[256], words[GRID_CELL_SIZE] = "";
	const char *sides[] = {"rx", "tx"}, *name = ctl_reply_text(core, "name");

	grid_row(grid,
		 vf->sort == CTL_TOP_BY_RATE    ? rate
		 : vf->sort == CTL_TOP_BY_DROPS ? lost
		 : vf->sort == CTL_TOP_BY_BUSY  ? busy
						: 0,
		 lost > 0);
	grid_cell(grid, "%s", vf->name);
	put_times(grid, vf, core);
	grid_cell(grid, "%s%s%.24s", ctl_reply_text(core, "type"), name[0] != '\0' ? " " : "",
		  name);
	for (size_t i = 0; i < 2; i++) {
		ctl_table_words(json_object_get(core, sides[i]), text, sizeof(text));
		grid_cell(grid, strlen(text) > 24 ? "%.22s.." : "%s", text);
	}
	grid_cell(grid, "%s",
		  ctl_table_human(ctl_reply_number(now, "packets"), text, sizeof(text)));
	grid_cell(grid, "%s", rate_text(vf, rate, text, sizeof(text)));
	put_ratio(grid, now, old, "packets", "vectors");
	put_ratio(grid, now, old, "cycles", "packets");
	if (strcmp(ctl_reply_text(core, "status"), "incomplete") == 0)
		snprintf(words, sizeof(words), "INCOMPLETE: lacks ports");
	put_drops(vf, drops, old_drops, words, sizeof(words));
	grid_cell(grid, "%s", words);
}

static void
put_cores(struct grid *grid, const struct vf *vf)
{
	const json_t *core;
	size_t i;

	json_array_foreach (json_object_get(vf->info, "core"), i, core) {
		if (strcmp(ctl_reply_text(core, "status"), "idle") != 0)
			put_core(grid, vf, core);
	}
}

/* -- all of it -------------------------------------------------------------------------------- */

/* The first column tells apart what only several have. */
static struct grid *
new_grid(const struct grid_column *columns, unsigned int nb, struct grid_column *own, size_t nb_vf)
{
	struct grid *grid;

	memcpy(own, columns, nb * sizeof(*own));
	own[0].rank = nb_vf > 1 ? 0 : GRID_NEVER;
	grid = grid_create(own, nb);
	if (grid == NULL)
		abort(); /* some bytes: nothing sensible is left to do */
	return grid;
}

static void
put_table(FILE *out, struct grid *grid, unsigned int width)
{
	grid_print(out, grid, width);
	grid_destroy(grid);
}

void
ctl_top_view(FILE *out, json_t *now, const json_t *before, enum ctl_top_sort sort,
	     unsigned int width)
{
	struct grid_column ports[NB(port_columns)], cores[NB(core_columns)],
		rings[NB(port_columns)];
	size_t nb_vf = json_object_size(now) - (json_object_get(now, "primary") != NULL);
	struct grid *port = new_grid(port_columns, NB(port_columns), ports, nb_vf);
	struct grid *core = new_grid(core_columns, NB(core_columns), cores, nb_vf);
	struct grid *ring = new_grid(port_columns, NB(port_columns), rings, nb_vf);
	const char *name;
	json_t *info;

	rings[1].title = "RING";
	json_object_foreach (now, name, info) {
		const json_t *old = json_object_get(before, name);
		struct vf vf = {name, info, old, ctl_table_seconds(info, old), sort};

		if (strcmp(name, "primary") == 0 || ctl_table_is_pcap(info))
			continue;
		put_summary(out, &vf);
		put_ports(port, &vf, false);
		put_cores(core, &vf);
		put_ports(ring, &vf, true);
	}
	put_table(out, port, width);
	put_table(out, core, width);
	put_table(out, ring, width);
	json_object_foreach (now, name, info)
		if (ctl_table_is_pcap(info))
			ctl_table_pcap_head(out, name, info);
		else if (strcmp(name, "primary") != 0)
			ctl_table_vf_rest(out, name, info);
	info = json_object_get(now, "primary");
	if (info != NULL)
		ctl_table_primary(out, info, json_object_get(before, "primary"));
}
