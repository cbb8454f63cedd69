/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The ports that a process' status tells of, by name: spp_vf lists numbers, spp_primary objects.
 * Called by the commands that take a port, and by the completion.
 */
#include <string.h>

#include "ctl.h"
#include "names.h"

static const char *const kinds[] = {"nic", "vhost", "ring"};

void
ctl_ports_each(const json_t *info, const char *kind, void (*put)(void *arg, const char *name),
	       void *arg)
{
	const json_t *item;
	char word[SPP_PORT_TEXT_SIZE];
	size_t k, i;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		if (kind != NULL && strcmp(kind, kinds[k]) != 0)
			continue;
		json_array_foreach (json_object_get(info, kinds[k]), i, item) {
			snprintf(word, sizeof(word), "%s%.0f", kinds[k], json_number_value(item));
			put(arg, json_is_object(item) ? ctl_reply_text(item, "port") : word);
		}
	}
}

struct search {
	struct spp_port wanted;
	bool found;
};

static void
compare(void *arg, const char *name)
{
	struct search *search = arg;
	struct spp_port port;

	if (spp_port_parse(name, &port, NULL) == 0 && spp_port_equal(port, search->wanted))
		search->found = true;
}

bool
ctl_ports_has(const json_t *info, const char *word)
{
	struct search search = {.found = false};

	if (spp_port_parse(word, &search.wanted, NULL) == 0)
		ctl_ports_each(info, NULL, compare, &search);
	return search.found;
}
