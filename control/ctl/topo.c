/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl topo`: the patch panel as a drawing one understands at a glance.
 *
 * From each NIC to the right what it feeds, then, with arrows to the left, what feeds it; then what
 * is wired beside the NICs. This file makes the trees; see ctl/topo.h for the rest.
 */
#include "ctl/topo.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/complain.h"
#include "ctl/ends.h"
#include "ctl/find.h"
#include "ctl/name.h"
#include "ctl/reply.h"
#include "ctl/table.h"
#include "ctl/table_pcap.h"
#include "ctl/topo_dot.h"
#include "ctl/topo_draw.h"
#include "ctl/topo_view.h"
#include "ctl/topo_words.h"

/* Trees of one spp_vf, drawn with common columns. */
struct forest {
	struct topo *topo;
	struct {
		struct topo_node *root;
		bool backwards;
	} trees[256];
	unsigned int nb;
};

static struct topo_node *
new_node(struct topo_node ***tail)
{
	struct topo_node *node = calloc(1, sizeof(*node));

	if (node == NULL)
		abort(); /* a few hundred bytes: nothing sensible is left to do */
	if (tail != NULL) {
		**tail = node;
		*tail = &node->next;
	}
	return node;
}

static void
free_node(struct topo_node *node)
{
	struct topo_node *child, *next;

	for (child = node->child; child != NULL; child = next) {
		next = child->next;
		free_node(child);
	}
	free(node);
}

static void grow(const struct topo *topo, struct topo_node *node, int at, const char *side,
		 unsigned int depth);

/* A port, and behind it (side "tx": packets leave the component there) the next component. */
static void
grow_port(const struct topo *topo, struct topo_node *node, const json_t *port, const char *side,
	  const char *addresses, unsigned int depth)
{
	const char *name = ctl_table_port_name(port);
	bool ring = strncmp(name, "ring", 4) == 0, forth = strcmp(side, "tx") == 0;
	struct topo_node **tail = &node->child;
	int next;

	topo_port_text(topo, port, ring ? "tx" : side, node->text, sizeof(node->text));
	if (!ring) {
		strncat(node->text, addresses, sizeof(node->text) - strlen(node->text) - 1);
		return;
	}
	if (topo_elsewhere(topo, name, forth ? "rx" : "tx", node->text, sizeof(node->text))) {
		strncat(node->text, addresses, sizeof(node->text) - strlen(node->text) - 1);
		return;
	}
	next = topo_user(topo, name, forth ? "rx" : "tx");
	if (next >= 0 && depth + 2 < TOPO_DEPTH_MAX) {
		grow(topo, new_node(&tail), next, side, depth + 1);
		/* To the end of a chain, where the guest is. */
		for (struct topo_node *end = node->child; end != NULL; end = end->child)
			if (end->child == NULL && addresses[0] != '\0')
				strncat(end->text, addresses,
					sizeof(end->text) - strlen(end->text) - 1);
			else if (end->next != NULL)
				break;
	} else {
		strncat(node->text, addresses[0] != '\0' ? " (nobody takes it)" : " (unused)",
			sizeof(node->text) - strlen(node->text) - 1);
		strncat(node->text, addresses, sizeof(node->text) - strlen(node->text) - 1);
	}
}

static const json_t *
port_of(const json_t *core, const char *name, const char *side)
{
	const json_t *port;
	size_t i;

	json_array_foreach (json_object_get(core, side), i, port) {
		if (strcmp(ctl_table_port_name(port), name) == 0)
			return port;
	}
	return NULL;
}

/* A component and what is on its side: "tx" what it feeds, "rx" what feeds it. */
static void
grow(const struct topo *topo, struct topo_node *node, int at, const char *side, unsigned int depth)
{
	const json_t *core = json_array_get(json_object_get(topo->info, "core"), (size_t)at), *port;
	bool tells = topo_sorts(core) && strcmp(side, "tx") == 0;
	struct topo_node **tail = &node->child, *child;
	char addresses[96] = "";
	size_t i;

	topo_component_text(topo, core, node->text, sizeof(node->text));
	if (topo->drawn[at])
		return; /* its other branches stand elsewhere */
	topo->drawn[at] = true;
	json_array_foreach (json_object_get(core, side), i, port) {
		const char *name = ctl_table_port_name(port);

		if (topo->root != NULL && strcmp(name, topo->root) == 0 && topo_is_both(core, name))
			continue; /* there the tree begins */
		if (tells)
			topo_addresses(topo, name, addresses, sizeof(addresses));
		child = new_node(&tail);
		child->both = topo_is_both(core, name);
		/* of one place, what is done with packets as they come says more */
		grow_port(topo, child, child->both ? port_of(core, name, "rx") : port, side,
			  addresses, depth + 1);
	}
	if (i == 0)
		strncat(node->text, side[0] == 't' ? " (no tx port)" : " (no rx port)",
			sizeof(node->text) - strlen(node->text) - 1);
}

/* A tree that begins at a NIC or vhost; `side` is the one on which a component has that port. */
static void
plant(struct forest *forest, const char *name, const char *side)
{
	struct topo *topo = forest->topo;
	int at = topo_user(topo, name, side);
	const json_t *core = json_array_get(json_object_get(topo->info, "core"), (size_t)at);
	struct topo_node *root, **tail, *first;
	char addresses[96];

	if (at < 0 || topo->drawn[at] ||
	    forest->nb == sizeof(forest->trees) / sizeof(*forest->trees))
		return;
	root = new_node(NULL);
	tail = &root->child;
	topo_port_text(topo, port_of(core, name, side), side, root->text, sizeof(root->text));
	topo_elsewhere(topo, name, side[0] == 'r' ? "tx" : "rx", root->text, sizeof(root->text));
	first = new_node(&tail);
	first->both = topo_is_both(core, name);
	if (first->both) {
		topo_addresses(topo, name, addresses, sizeof(addresses));
		strncat(root->text, addresses, sizeof(root->text) - strlen(root->text) - 1);
	}
	topo->root = name;
	grow(topo, first, at, side[0] == 'r' ? "tx" : "rx", 1);
	topo->root = NULL;
	forest->trees[forest->nb].root = root;
	forest->trees[forest->nb++].backwards = side[0] == 't';
}

/* Trees of what comes over a ring from another spp_vf. */
static void
plant_rings(struct forest *forest)
{
	const struct topo *topo = forest->topo;
	const json_t *core, *port;
	size_t i, k;

	json_array_foreach (json_object_get(topo->info, "core"), i, core) {
		json_array_foreach (json_object_get(core, "rx"), k, port) {
			const char *name = ctl_table_port_name(port);

			if (ctl_ends_other(topo->infos, topo->name, name, "tx") != NULL)
				plant(forest, name, "rx");
		}
	}
}

/* Trees of what no NIC and no vhost leads to: they begin at a component. */
static void
plant_rest(struct forest *forest)
{
	const struct topo *topo = forest->topo;
	const json_t *core;
	size_t i;

	json_array_foreach (json_object_get(topo->info, "core"), i, core) {
		if (topo->drawn[i] || strcmp(ctl_reply_text(core, "status"), "idle") == 0 ||
		    forest->nb == sizeof(forest->trees) / sizeof(*forest->trees))
			continue;
		forest->trees[forest->nb].root = new_node(NULL);
		grow(topo, forest->trees[forest->nb++].root, (int)i, "tx", 0);
	}
}

static void
plant_all(struct forest *forest)
{
	const json_t *ports = json_object_get(forest->topo->info, "port"), *port;
	size_t i;

	json_array_foreach (ports, i, port) {
		const char *name = ctl_reply_text(port, "port");

		if (strncmp(name, "nic", 3) != 0 && strncmp(name, "uplink", 6) != 0)
			continue;
		plant(forest, name, "rx");
		plant(forest, name, "tx");
	}
	json_array_foreach (ports, i, port) {
		const char *name = ctl_reply_text(port, "port");

		if (strncmp(name, "vhost", 5) == 0)
			plant(forest, name, "rx");
	}
	plant_rings(forest);
	plant_rest(forest);
}

static void
print_rest(const struct topo *topo)
{
	const json_t *item;
	unsigned int nb = 0;
	char called[128];
	size_t i;

	json_array_foreach (json_object_get(topo->info, "port"), i, item) {
		const char *name = ctl_reply_text(item, "port");

		if (strncmp(name, "ring", 4) != 0 && json_object_get(item, "uplink") == NULL &&
		    topo_user(topo, name, "rx") < 0 && topo_user(topo, name, "tx") < 0)
			printf("%s %s", nb++ == 0 ? "  not connected:" : "",
			       ctl_table_called(topo->info, name, called, sizeof(called)));
	}
	if (nb > 0)
		putchar('\n');
	nb = 0;
	json_array_foreach (json_object_get(topo->info, "core"), i, item) {
		if (strcmp(ctl_reply_text(item, "status"), "idle") == 0)
			printf("%s %.0f", nb++ == 0 ? "  free cores:" : "",
			       ctl_reply_number(item, "core"));
	}
	if (nb > 0)
		putchar('\n');
}

static void
print_drawing(const char *name, struct topo *topo)
{
	static struct forest forest;
	unsigned int widths[TOPO_DEPTH_MAX] = {0};

	forest = (struct forest){.topo = topo, .nb = 0};
	plant_all(&forest);
	printf("%s\n", name);
	for (unsigned int i = 0; i < forest.nb; i++)
		topo_measure(forest.trees[i].root, 0, widths);
	for (unsigned int i = 0; i < forest.nb; i++) {
		topo_draw(stdout, forest.trees[i].root, widths, forest.trees[i].backwards);
		free_node(forest.trees[i].root);
	}
	if (forest.nb == 0)
		puts("  nothing is wired (`sppctl plug vhostN MAC` connects a VM)");
	print_rest(topo);
}

static void
print_one(const struct ctl *ctl, const char *name, const json_t *infos, const json_t *before)
{
	const json_t *info = json_object_get(infos, name);
	size_t nb = json_array_size(json_object_get(info, "core"));
	struct topo topo = {
		info, before, ctl_table_seconds(info, before), calloc(nb + 1, sizeof(bool)), NULL,
		name, infos};

	if (topo.drawn == NULL)
		return;
	if (ctl->dot)
		topo_dot(stdout, name, &topo);
	else
		print_drawing(name, &topo);
	free(topo.drawn);
}

static void
print_all(const struct ctl *ctl, const char *only, const json_t *now, const json_t *before)
{
	bool first = true;

	if (ctl->dot)
		puts("digraph spp {\n  rankdir=LR;");
	for (void *i = json_object_iter((json_t *)now); i != NULL;
	     i = json_object_iter_next((json_t *)now, i)) {
		const char *name = json_object_iter_key(i);

		if (strcmp(name, "primary") == 0 || (only != NULL && strcmp(only, name) != 0))
			continue;
		if (ctl->dot && ctl_table_is_pcap(json_object_iter_value(i)))
			continue; /* no wiring: an end of what leads to it */
		if (!first && !ctl->dot)
			putchar('\n');
		first = false;
		if (ctl_table_is_pcap(json_object_iter_value(i)))
			ctl_table_pcap_head(stdout, name, json_object_iter_value(i));
		else
			print_one(ctl, name, now, json_object_get(before, name));
	}
	if (ctl->dot)
		puts("}");
}

int
ctl_topo_run(const struct ctl *ctl, int nb, char **words)
{
	const struct timespec pause = {
		.tv_sec = (time_t)ctl->interval_s,
		.tv_nsec = (long)((ctl->interval_s - (double)(time_t)ctl->interval_s) * 1e9)};
	const char *only = nb > 0 ? words[0] : NULL;
	struct ctl_found found;
	json_t *before = NULL, *now;
	int ret = CTL_OK;

	if (only != NULL && !ctl_name_check(only))
		return CTL_USAGE;
	if (only != NULL && strcmp(only, "primary") == 0) {
		ctl_complain("primary: has no wiring (vf1, vf2 ...)");
		return CTL_USAGE;
	}
	ctl_find(ctl, &found);
	ctl_find_complain(&found);
	if (ctl->interval_s > 0) {
		before = ctl_find_infos(&found);
		ctl_find_free(&found);
		nanosleep(&pause, NULL);
		ctl_find(ctl, &found);
	}
	now = ctl_find_infos(&found);
	ctl_find_free(&found);
	if (only != NULL ? json_object_get(now, only) == NULL
			 : json_object_size(now) == (json_object_get(now, "primary") != NULL)) {
		ctl_complain("%s%s", only != NULL ? only : "no spp_vf",
			     only != NULL ? ": is not there (`sppctl ls` shows who is)"
					  : " is there (`sppctl ls`)");
		ret = CTL_UNREACHABLE;
	} else {
		print_all(ctl, only, now, before);
	}
	json_decref(before);
	json_decref(now);
	return ret;
}
