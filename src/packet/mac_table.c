/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds the lookup table of classifiers and switches from the model's entries. Control thread
 * only.
 */
#include "packet/mac_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_SLOTS_MIN 64

static bool
table_alloc(struct spp_mac_table *table, const struct spp_table_entry *entries, uint32_t nb)
{
	uint32_t slots = TABLE_SLOTS_MIN, bits = 6, nb_several = 0, i;

	for (i = 0; i < nb; i++)
		nb_several += entries[i].nb_more > 0;

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
	table->several = calloc(nb_several + 1, sizeof(table->several[0]));
	if (table->slot == NULL || table->group == NULL || table->several == NULL)
		return false;
	memset(table->slot, 0xff, slots * sizeof(table->slot[0])); /* SPP_MAC_TABLE_EMPTY */
	memset(table->vid_default, 0xff, sizeof(table->vid_default));
	table->default_port = SPP_MAC_TABLE_NONE;
	table->nb_groups = 1;
	return true;
}

static void
set_add_ports(struct spp_port_set *set, const struct spp_table_entry *entry)
{
	unsigned int i;

	for (i = 0; i <= entry->nb_more; i++)
		spp_port_set_add(set, spp_port_id(spp_entry_port(entry, i)));
}

/* What a slot says of where the entry leads: as spp_mac_slot.port. */
static uint16_t
table_ports(struct spp_mac_table *table, const struct spp_table_entry *entry)
{
	if (entry->nb_more == 0)
		return (uint16_t)spp_port_id(entry->port);
	set_add_ports(&table->several[table->nb_several], entry);
	return (uint16_t)(SPP_MAC_TABLE_SEVERAL + table->nb_several++);
}

static void
table_add(struct spp_mac_table *table, const struct spp_table_entry *entry)
{
	uint16_t port = table_ports(table, entry);
	uint16_t *group = NULL;
	uint64_t key;
	uint32_t slot;

	if (entry->vid < SPP_MAC_TABLE_VIDS) {
		group = &table->group_of_vid[entry->vid];
		if (*group == 0)
			*group = table->nb_groups++;
	}
	set_add_ports(&table->group[group != NULL ? *group : 0], entry);

	if (entry->is_default) {
		if (entry->vid < SPP_MAC_TABLE_VIDS)
			table->vid_default[entry->vid] = port;
		else {
			table->default_port = port;
			set_add_ports(&table->fallback, entry);
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

	if (table == NULL || !table_alloc(table, entries, nb)) {
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
	free(table->several);
	free(table);
}
