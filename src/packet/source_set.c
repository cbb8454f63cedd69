/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds the sets of right source addresses. Control thread only. See source_set.h.
 */
#include "packet/source_set.h"

#include <string.h>

#include "packet/mac_table.h"

/* Fibonacci hashing; odd multiples of it mix as well. */
#define FIRST_MULTIPLIER 0x9e3779b97f4a7c15ull
#define MULTIPLIERS      64

void
spp_source_set_init(struct spp_source_set *set)
{
	memset(set->slot, 0xff, sizeof(set->slot)); /* SPP_SOURCE_EMPTY */
	set->multiplier = FIRST_MULTIPLIER;
	set->nb = 0;
}

/* Until the set is finished its slots are a list. */
void
spp_source_set_add(struct spp_source_set *set, const struct spp_table_entry *entry)
{
	uint16_t vid = entry->vid < SPP_MAC_TABLE_VIDS ? entry->vid : 0;
	uint64_t word = 0;

	/* what the table never finds */
	if (entry->is_default || spp_mac_table_key(entry->mac, entry->vid) == SPP_MAC_TABLE_EMPTY)
		return;
	memcpy(&word, entry->mac, sizeof(entry->mac));
	if (set->nb < SPP_SOURCE_SLOTS)
		set->slot[set->nb] = spp_source_set_key(word, vid);
	set->nb++;
}

/* @return keys that have a slot */
static unsigned int
set_place(struct spp_source_set *set, const uint64_t key[], unsigned int nb, uint64_t multiplier)
{
	unsigned int i, placed = 0;
	uint64_t *slot;

	memset(set->slot, 0xff, sizeof(set->slot));
	set->multiplier = multiplier;
	for (i = 0; i < nb; i++) {
		slot = &set->slot[key[i] * multiplier >> (64 - SPP_SOURCE_BITS)];
		if (*slot != SPP_SOURCE_EMPTY && *slot != key[i])
			continue;
		*slot = key[i];
		placed++;
	}
	return placed;
}

void
spp_source_set_finish(struct spp_source_set *set)
{
	unsigned int nb = set->nb < SPP_SOURCE_SLOTS ? set->nb : SPP_SOURCE_SLOTS;
	uint64_t key[SPP_SOURCE_SLOTS], best = FIRST_MULTIPLIER;
	unsigned int i, placed, most = 0;

	memcpy(key, set->slot, sizeof(key));
	for (i = 0; i < MULTIPLIERS; i++) {
		placed = set_place(set, key, nb, FIRST_MULTIPLIER * (2 * i + 1));
		if (placed > most) {
			most = placed;
			best = set->multiplier;
		}
		if (most == nb)
			break;
	}
	set_place(set, key, nb, best);
}
