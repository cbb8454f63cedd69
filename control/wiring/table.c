/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The staged classifier table: a hash (linear probing) over the entries of a model. See table.h.
 */
#include "wiring/table.h"

#include <string.h>

#include "wiring/entry.h"
#include "wiring/names.h"

static unsigned int
home_slot(const struct spp_table_entry *entry)
{
	uint64_t key = 0;

	memcpy(&key, entry->mac, sizeof(entry->mac));
	key |= (uint64_t)entry->vid << 48;
	key ^= entry->is_default ? 0x5555 : 0;
	key *= 0x9e3779b97f4a7c15u;
	return (unsigned int)(key >> 32) % SPP_TABLE_SLOTS;
}

static bool
same_key(const struct spp_table_entry *a, const struct spp_table_entry *b)
{
	return memcmp(a->mac, b->mac, sizeof(a->mac)) == 0 && a->vid == b->vid &&
	       a->is_default == b->is_default;
}

/** The slot that holds the key, or the free one where it belongs. */
static unsigned int
find_slot(const struct spp_table_index *index, const struct spp_model *model,
	  const struct spp_table_entry *key)
{
	unsigned int slot = home_slot(key);

	while (index->slots[slot] != 0 && !same_key(&model->entries[index->slots[slot] - 1], key))
		slot = (slot + 1) % SPP_TABLE_SLOTS;
	return slot;
}

static void
build(struct spp_table_index *index, const struct spp_model *model)
{
	unsigned int i;

	if (index->built)
		return;
	memset(index->slots, 0, sizeof(index->slots));
	for (i = 0; i < model->nb_entries; i++)
		index->slots[find_slot(index, model, &model->entries[i])] = (uint16_t)(i + 1);
	index->built = true;
}

/** Free a slot and close the gap in the chains that ran across it. */
static void
free_slot(struct spp_table_index *index, const struct spp_model *model, unsigned int gap)
{
	unsigned int slot = gap, home;

	for (;;) {
		slot = (slot + 1) % SPP_TABLE_SLOTS;
		if (index->slots[slot] == 0)
			break;
		home = home_slot(&model->entries[index->slots[slot] - 1]);
		if ((slot - home) % SPP_TABLE_SLOTS >= (slot - gap) % SPP_TABLE_SLOTS) {
			index->slots[gap] = index->slots[slot];
			gap = slot;
		}
	}
	index->slots[gap] = 0;
}

void
spp_table_forget(struct spp_table_index *index)
{
	index->built = false;
}

const struct spp_table_entry *
spp_table_find(struct spp_table_index *index, const struct spp_model *model,
	       const struct spp_table_entry *key)
{
	unsigned int slot;

	build(index, model);
	slot = find_slot(index, model, key);
	return index->slots[slot] != 0 ? &model->entries[index->slots[slot] - 1] : NULL;
}

int
spp_table_add(struct spp_table_index *index, struct spp_model *model,
	      const struct spp_table_entry *entry, struct spp_error *err)
{
	char value[SPP_TABLE_TEXT_SIZE], here[SPP_ENTRY_TEXT_SIZE];
	const struct spp_table_entry *present;
	unsigned int slot;

	build(index, model);
	slot = find_slot(index, model, entry);
	if (index->slots[slot] != 0) {
		present = &model->entries[index->slots[slot] - 1];
		if (spp_entry_same_ports(present, entry))
			return 0;
		return spp_error(err, EEXIST, "\"%s\" already leads to %s (remove it first)",
				 spp_table_value_format(entry, value),
				 spp_entry_ports_format(present, here));
	}
	if (model->nb_entries == SPP_TABLE_MAX)
		return spp_error(err, ENOSPC, "\"%s\": the table is full (%d entries)",
				 spp_table_value_format(entry, value), SPP_TABLE_MAX);
	model->entries[model->nb_entries++] = *entry;
	index->slots[slot] = (uint16_t)model->nb_entries;
	return 0;
}

void
spp_table_remove(struct spp_table_index *index, struct spp_model *model,
		 const struct spp_table_entry *entry)
{
	unsigned int slot, position, last;

	build(index, model);
	slot = find_slot(index, model, entry);
	if (index->slots[slot] == 0)
		return;
	position = index->slots[slot] - 1u;
	free_slot(index, model, slot);
	last = model->nb_entries - 1;
	if (position != last) {
		slot = find_slot(index, model, &model->entries[last]);
		model->entries[position] = model->entries[last];
		index->slots[slot] = (uint16_t)(position + 1);
	}
	model->nb_entries = last;
}
