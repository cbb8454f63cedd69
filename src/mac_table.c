/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds the classifier's lookup table from the model's entries. Control thread only.
 */
#include "mac_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_SLOTS_MIN 64

static bool
table_alloc(struct spp_mac_table *table, uint32_t nb)
{
	uint32_t slots = TABLE_SLOTS_MIN, bits = 6;

	while (slots < 2 * nb) {
		slots *= 2;
		bits++;
	}
	table->shift = 64 - bits;
	table->mask = slots - 1;
	table->slot = malloc(slots * sizeof(table->slot[0]));
	/* a group per VID in use at most, and the one of untagged packets */
	table->group = calloc((nb < SPP_MAC_TABLE_VIDS ? nb : SPP_MAC_TABLE_VIDS) + 1,
			      sizeof(table->group[0]));
	if (table->slot == NULL || table->group == NULL)
		return false;
	memset(table->slot, 0xff, slots * sizeof(table->slot[0])); /* SPP_MAC_TABLE_EMPTY */
	memset(table->vid_default, 0xff, sizeof(table->vid_default));
	table->default_port = SPP_MAC_TABLE_NONE;
	table->nb_groups = 1;
	return true;
}

static void
table_add(struct spp_mac_table *table, const struct spp_table_entry *entry)
{
	uint16_t port = (uint16_t)spp_port_id(entry->port);
	uint16_t *group = NULL;
	uint64_t key;
	uint32_t slot;

	if (entry->vid < SPP_MAC_TABLE_VIDS) {
		group = &table->group_of_vid[entry->vid];
		if (*group == 0)
			*group = table->nb_groups++;
	}
	table->group[group != NULL ? *group : 0].word[port / 64] |= 1ull << (port % 64);

	if (entry->is_default) {
		if (entry->vid < SPP_MAC_TABLE_VIDS)
			table->vid_default[entry->vid] = port;
		else {
			table->default_port = port;
			table->fallback.word[port / 64] |= 1ull << (port % 64);
		}
		return;
	}
	key = spp_mac_table_key(entry->mac, entry->vid);
	if (key == SPP_MAC_TABLE_EMPTY) /* broadcast is never looked up */
		return;
	slot = spp_mac_table_first(table, key);
	while (table->slot[slot].key != SPP_MAC_TABLE_EMPTY)
		slot = (slot + 1) & table->mask;
	table->slot[slot] = (struct spp_mac_slot){.key = key, .port = port};
}

struct spp_mac_table *
spp_mac_table_create(const struct spp_table_entry *entries, uint32_t nb)
{
	struct spp_mac_table *table = calloc(1, sizeof(*table));
	uint32_t i;

	if (table == NULL || !table_alloc(table, nb)) {
		spp_mac_table_destroy(table);
		return NULL;
	}
	for (i = 0; i < nb; i++)
		table_add(table, &entries[i]);
	return table;
}

void
spp_mac_table_destroy(struct spp_mac_table *table)
{
	if (table == NULL)
		return;
	free(table->slot);
	free(table->group);
	free(table);
}
