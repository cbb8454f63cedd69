/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The source addresses that are right at one place, as the source check meets them most: a short
 * answer in front of the table. In private memory; built by the control thread for each snapshot,
 * read by workers, never changed.
 *
 * It may lack addresses that are right (more than SPP_SOURCE_SLOTS, or two in one slot): what it
 * does not know is looked up in the table (mac_table.h). What it knows is right.
 */
#ifndef SPP_SOURCE_SET_H
#define SPP_SOURCE_SET_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_byteorder.h>

#include "spp/model.h"

/** Two cache lines. */
#define SPP_SOURCE_BITS  4
#define SPP_SOURCE_SLOTS (1u << SPP_SOURCE_BITS)

/** No frame's: a VID has 12 bits. */
#define SPP_SOURCE_EMPTY UINT64_MAX

struct spp_source_set {
	uint64_t slot[SPP_SOURCE_SLOTS];
	/** Odd; chosen so that each address has a slot of its own, where they are few. */
	uint64_t multiplier;
	uint32_t nb; /**< addresses that were added, those without a slot as well */
};

/** Nothing is in it. */
void spp_source_set_init(struct spp_source_set *set);
/** One more address that is right here; before spp_source_set_finish(). */
void spp_source_set_add(struct spp_source_set *set, const struct spp_table_entry *entry);
/** Ready for spp_source_set_has(). */
void spp_source_set_finish(struct spp_source_set *set);

/**
 * What an address in a VLAN is known by here.
 * @param word the address and two bytes of anything, as they are in memory
 * @param vid  0: untagged, or only a priority
 */
static inline uint64_t
spp_source_set_key(uint64_t word, uint16_t vid)
{
	return rte_le_to_cpu_64(word) << 16 | vid;
}

static inline bool
spp_source_set_has(const struct spp_source_set *set, uint64_t key)
{
	return set->slot[key * set->multiplier >> (64 - SPP_SOURCE_BITS)] == key;
}

#endif
