/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Ends of rings. See ends.h.
 */
#include "ctl/ends.h"

#include <string.h>

#include "ctl/table.h"

int
ctl_ends_user(const json_t *info, const char *port, const char *side)
{
	const json_t *core, *one;
	size_t i, k;

	json_array_foreach (json_object_get(info, "core"), i, core) {
		json_array_foreach (json_object_get(core, side), k, one) {
			if (strcmp(ctl_table_port_name(one), port) == 0)
				return (int)i;
		}
	}
	return -1;
}

const char *
ctl_ends_other(const json_t *infos, const char *vf, const char *ring, const char *side)
{
	const char *far = strcmp(side, "rx") == 0 ? "tx" : "rx";

	if (strncmp(ring, "ring", 4) != 0 ||
	    ctl_ends_user(json_object_get(infos, vf), ring, side) >= 0)
		return NULL;
	for (void *i = json_object_iter((json_t *)infos); i != NULL;
	     i = json_object_iter_next((json_t *)infos, i)) {
		const char *name = json_object_iter_key(i);
		const json_t *info = json_object_iter_value(i);

		if (strcmp(name, vf) != 0 && strcmp(name, "primary") != 0 &&
		    ctl_ends_user(info, ring, side) >= 0 && ctl_ends_user(info, ring, far) < 0)
			return name;
	}
	return NULL;
}
