/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What `sppctl topo` writes at a port and at a component. See ctl/topo.h.
 */
#include "ctl/topo_words.h"

#include <stdio.h>
#include <string.h>

#include "ctl/ends.h"
#include "ctl/reply.h"
#include "ctl/table.h"
#include "ctl/table_pcap.h"
#include "ctl/topo_loop.h"

static const json_t *
find_port(const json_t *info, const char *name)
{
	const json_t *port;
	size_t i;

	json_array_foreach (json_object_get(info, "port"), i, port) {
		if (strcmp(ctl_reply_text(port, "port"), name) == 0)
			return port;
	}
	return NULL;
}

/* " 120/s no_entry" for each reason of which packets were dropped since the look before. */
static void
put_drops(const struct topo *topo, const json_t *drops, const json_t *before, char *text,
	  size_t size)
{
	char number[32];
	size_t used = strlen(text);

	if (topo->seconds <= 0)
		return;
	for (void *i = json_object_iter((json_t *)drops); i != NULL && used < size;
	     i = json_object_iter_next((json_t *)drops, i)) {
		const char *reason = json_object_iter_key(i);
		double more = ctl_table_growth(drops, before, reason);

		if (more > 0)
			used += (size_t)snprintf(
				text + used, size - used, " (%s/s %s!)",
				ctl_table_human(more / topo->seconds, number, sizeof(number)),
				reason);
	}
}

/* " (by nic0)": which of its NICs an uplink sends by. */
static void
put_active(const struct topo *topo, const char *name, char *text, size_t size)
{
	const json_t *uplink;
	size_t i;

	text[0] = '\0';
	json_array_foreach (json_object_get(topo->info, "uplink"), i, uplink) {
		if (strcmp(ctl_reply_text(uplink, "port"), name) == 0)
			snprintf(text, size, " (by %s)", ctl_reply_text(uplink, "active"));
	}
}

void
topo_port_figures(const struct topo *topo, const json_t *port, const char *side, char *text,
		  size_t size)
{
	const char *name = ctl_table_port_name(port);
	const json_t *figures = find_port(topo->info, name), *now, *before;
	char rate[40];
	size_t used;

	text[0] = '\0';
	if (figures == NULL)
		return;
	now = json_object_get(figures, side);
	before = json_object_get(find_port(topo->before, name), side);
	if (topo->before != NULL && topo->seconds > 0)
		snprintf(text, size, " %s",
			 ctl_table_rate(now, before, "packets", topo->seconds, rate, sizeof(rate)));
	used = strlen(text);
	if (!json_is_true(json_object_get(figures, "link")))
		snprintf(text + used, size - used, " (%s)",
			 strncmp(name, "vhost", 5) == 0 ? "no guest" : "link down");
	put_drops(topo, json_object_get(now, "drops"), json_object_get(before, "drops"), text,
		  size);
}

void
topo_port_text(const struct topo *topo, const json_t *port, const char *side, char *text,
	       size_t size)
{
	const char *label = ctl_table_label(topo->info, ctl_table_port_name(port));
	size_t used;

	ctl_table_port_word(port, text, size);
	used = strlen(text);
	if (label[0] != '\0')
		used += (size_t)snprintf(text + used, size - used, " (%s)", label);
	if (used < size)
		put_active(topo, ctl_table_port_name(port), text + used, size - used);
	used = strlen(text);
	if (used < size)
		topo_port_figures(topo, port, side, text + used, size - used);
}

void
topo_component_text(const struct topo *topo, const json_t *core, char *text, size_t size)
{
	const char *name = ctl_reply_text(core, "name");
	const json_t *now =
		ctl_table_same(json_object_get(topo->info, "component"), core, "core", "name");
	const json_t *before =
		ctl_table_same(json_object_get(topo->before, "component"), core, "core", "name");

	snprintf(text, size, "%s%s%s%s [%.0f]", name, name[0] != '\0' ? ":" : "",
		 ctl_reply_text(core, "type"),
		 json_is_true(json_object_get(core, "source_check")) ? "-src" : "",
		 ctl_reply_number(core, "core"));
	put_drops(topo, json_object_get(now, "drops"), json_object_get(before, "drops"), text,
		  size);
}

void
topo_addresses(const struct topo *topo, const char *port, char *text, size_t size)
{
	const json_t *entry;
	unsigned int nb = 0;
	size_t i;

	text[0] = '\0';
	json_array_foreach (json_object_get(topo->info, "classifier_table"), i, entry) {
		if (!ctl_table_entry_leads_to(entry, port))
			continue;
		if (nb++ == 0)
			snprintf(text, size, "  %s", ctl_reply_text(entry, "value"));
	}
	if (nb > 1)
		snprintf(text + strlen(text), size - strlen(text), " +%u", nb - 1);
}

bool
topo_sorts(const json_t *core)
{
	const char *type = ctl_reply_text(core, "type");

	return strcmp(type, "classifier") == 0 || strcmp(type, "switch") == 0;
}

static bool
has_port(const json_t *core, const char *side, const char *name)
{
	const json_t *port;
	size_t i;

	json_array_foreach (json_object_get(core, side), i, port) {
		if (strcmp(ctl_table_port_name(port), name) == 0)
			return true;
	}
	return false;
}

bool
topo_is_both(const json_t *core, const char *port)
{
	return strcmp(ctl_reply_text(core, "type"), "switch") == 0 && has_port(core, "rx", port) &&
	       has_port(core, "tx", port);
}

int
topo_user(const struct topo *topo, const char *port, const char *side)
{
	const json_t *core;
	size_t i;

	json_array_foreach (json_object_get(topo->info, "core"), i, core) {
		if (has_port(core, side, port))
			return (int)i;
	}
	return -1;
}

bool
topo_elsewhere(const struct topo *topo, const char *ring, const char *side, char *text, size_t size)
{
	const char *other = ctl_ends_other(topo->infos, topo->name, ring, side);
	size_t used = strlen(text);

	if (other == NULL && side[0] == 'r')
		other = ctl_table_recorder(topo->infos, ring);

	if (other == NULL)
		return false;
	if (used < size)
		snprintf(text + used, size - used, " (%s %s)%s", side[0] == 'r' ? "to" : "from",
			 other,
			 topo_loops(topo->infos, ring) ? " (loop: dropped after 8 such rings!)"
						       : "");
	return true;
}
