/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Loops over rings between spp_vf. See topo_loop.h.
 */
#include "ctl/topo_loop.h"

#include <stdio.h>
#include <string.h>

#include "ctl/ends.h"
#include "ctl/reply.h"
#include "ctl/table.h"
#include "spp/limits.h"

struct walk {
	const json_t *infos;
	const char *ring;        /* at which it began */
	bool seen[SPP_RING_MAX]; /* rings that were followed */
};

static unsigned int
ring_number(const char *name)
{
	unsigned int number = SPP_RING_MAX;

	return sscanf(name, "ring%u", &number) == 1 && number < SPP_RING_MAX ? number
									     : SPP_RING_MAX;
}

/* A switch sends nothing back to where it came from. */
static bool
is_way_back(const json_t *core, const char *in, const char *out)
{
	const json_t *pair;
	size_t i;

	if (strcmp(ctl_reply_text(core, "type"), "switch") != 0)
		return false;
	json_array_foreach (json_object_get(core, "pairs"), i, pair) {
		const char *rx = json_string_value(json_array_get(pair, 0));
		const char *tx = json_string_value(json_array_get(pair, 1));

		if (rx != NULL && tx != NULL && strcmp(rx, in) == 0 && strcmp(tx, out) == 0)
			return true;
	}
	return strcmp(in, out) == 0;
}

/* Does what comes by this ring, in the spp_vf that takes it, come to the ring of the walk? */
static bool
follow(struct walk *walk, const char *vf, const char *ring)
{
	const json_t *info = json_object_get(walk->infos, vf), *core, *port;
	int at = ctl_ends_user(info, ring, "rx");
	unsigned int number = ring_number(ring);
	size_t i;

	if (at < 0 || number == SPP_RING_MAX || walk->seen[number])
		return false;
	walk->seen[number] = true;
	core = json_array_get(json_object_get(info, "core"), (size_t)at);
	json_array_foreach (json_object_get(core, "tx"), i, port) {
		const char *name = ctl_table_port_name(port);
		const char *next = ctl_ends_other(walk->infos, vf, name, "rx");

		if (strncmp(name, "ring", 4) != 0 || is_way_back(core, ring, name))
			continue;
		if (strcmp(name, walk->ring) == 0 || follow(walk, next != NULL ? next : vf, name))
			return true;
	}
	return false;
}

bool
topo_loops(const json_t *infos, const char *ring)
{
	struct walk walk = {.infos = infos, .ring = ring};

	for (void *i = json_object_iter((json_t *)infos); i != NULL;
	     i = json_object_iter_next((json_t *)infos, i)) {
		const char *name = json_object_iter_key(i);

		if (strcmp(name, "primary") != 0 &&
		    ctl_ends_user(json_object_iter_value(i), ring, "rx") >= 0)
			return follow(&walk, name, ring);
	}
	return false;
}
