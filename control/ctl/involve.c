/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The spp_vf of a change. See involve.h.
 */
#include "ctl/involve.h"

#include <stdbool.h>
#include <string.h>

#include "ctl/ends.h"
#include "ctl/reply.h"
#include "ctl/table.h"
#include "wiring/names.h"

/* The request's own process is not among them, nor is one of them there twice. */
static void
add(json_t *with, const char *own, const char *name)
{
	const json_t *one;
	size_t i;

	if (name == NULL || strcmp(name, own) == 0)
		return;
	json_array_foreach (with, i, one) {
		if (strcmp(json_string_value(one), name) == 0)
			return;
	}
	json_array_append_new(with, json_string(name));
}

static void add_neighbours(const json_t *infos, const char *own, const char *name, const char *port,
			   unsigned int on, json_t *with);

/* Those that have the other ends of rings. @param side which end they have */
static void
add_ends(const json_t *infos, const char *own, const char *name, const json_t *ports,
	 const char *side, unsigned int on, json_t *with)
{
	const json_t *port;
	size_t i;

	json_array_foreach (ports, i, port) {
		const char *ring = ctl_table_port_name(port);
		const char *other = ctl_ends_other(infos, name, ring, side);
		const json_t *info = json_object_get(infos, other != NULL ? other : "");
		int at = ctl_ends_user(info, ring, side);

		add(with, own, other);
		if (other != NULL && on > 0 &&
		    strcmp(ctl_reply_text(json_array_get(json_object_get(info, "core"), (size_t)at),
					  "type"),
			   "mirror") == 0)
			add_neighbours(infos, own, other, ring, on - 1, with);
	}
}

/* Those to which the components that have the port lead over a ring, and from which one comes: the
 * copies of a mirror leave beside the port. Where one of them is a mirror, its copies go on.
 * @param on how often one ring is followed by another one */
static void
add_neighbours(const json_t *infos, const char *own, const char *name, const char *port,
	       unsigned int on, json_t *with)
{
	static const char *const sides[] = {"rx", "tx"};
	const json_t *info = json_object_get(infos, name);

	for (unsigned int s = 0; s < 2; s++) {
		int at = ctl_ends_user(info, port, sides[s]);
		const json_t *core =
			at >= 0 ? json_array_get(json_object_get(info, "core"), (size_t)at) : NULL;

		for (unsigned int k = 0; k < 2; k++)
			add_ends(infos, own, name, json_object_get(core, sides[k]), sides[1 - k],
				 on, with);
	}
}

static bool
is_in(const json_t *with, const char *own, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach (with, i, one) {
		if (strcmp(json_string_value(one), name) == 0)
			return true;
	}
	return strcmp(own, name) == 0;
}

/* What the others use. */
static json_t *
list_rings(const json_t *infos, const char *own, const json_t *with)
{
	static const char *const sides[] = {"rx", "tx", "rx_port" /* of a spp_pcap */};
	json_t *rings = json_array(), *info;
	struct spp_port ring;
	const json_t *core, *port;
	const char *name;
	size_t i, k;

	json_object_foreach ((json_t *)infos, name, info) {
		if (strcmp(name, "primary") == 0 || is_in(with, own, name))
			continue;
		json_array_foreach (json_object_get(info, "core"), i, core) {
			for (size_t s = 0; s < sizeof(sides) / sizeof(sides[0]); s++) {
				json_array_foreach (json_object_get(core, sides[s]), k, port) {
					if (spp_port_parse(ctl_table_port_name(port), &ring,
							   NULL) == 0 &&
					    ring.kind == SPP_PORT_RING)
						json_array_append_new(rings,
								      json_integer(ring.index));
				}
			}
		}
	}
	return rings;
}

void
ctl_involve(const json_t *infos, const char *name, const char *port, const char *other,
	    const char *other_port, json_t *request)
{
	json_t *with = json_array();

	add(with, name, other);
	add_neighbours(infos, name, name, port, 1, with);
	if (other_port != NULL)
		add_neighbours(infos, name, other != NULL ? other : name, other_port, 1, with);
	if (json_array_size(with) > 0) {
		json_object_set(request, "with", with);
		json_object_set_new(request, "other_to", json_string(other != NULL ? other : name));
	}
	json_object_set_new(request, "rings_taken", list_rings(infos, name, with));
	json_decref(with);
}
