/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The table of classifiers and switches as the packet path reads it: (VID, MAC) to port, in private
 * memory.
 *
 * Built by the control thread for each snapshot, read by workers, never changed: open addressing,
 * at most half full, so that a miss is short as well. (rte_hash would allocate shared memory,
 * which dies with a killed VF.)
 */
#ifndef SPP_MAC_TABLE_H
#define SPP_MAC_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>

#include "spp/model.h"

#define SPP_MAC_TABLE_NONE UINT16_MAX
/** From here on it is no port id: an entry of several ports, or SPP_MAC_TABLE_NONE. */
#define SPP_MAC_TABLE_SEVERAL SPP_PORT_ID_MAX
#define SPP_PORT_SET_WORDS    ((SPP_PORT_ID_MAX + 63) / 64)
#define SPP_MAC_TABLE_VIDS    4096
#define SPP_MAC_TABLE_EMPTY   UINT64_MAX

/** A set of ports, by spp_port_id(). */
struct spp_port_set {
	uint64_t word[SPP_PORT_SET_WORDS];
};

/** Key and port side by side: one cache line a look-up. */
struct spp_mac_slot {
	uint64_t key;  /**< VID << 48 | MAC, SPP_MAC_TABLE_EMPTY: free */
	uint16_t port; /**< port id, or SPP_MAC_TABLE_SEVERAL + n: all of several[n] */
};

struct spp_mac_table {
	uint32_t shift; /**< 64 - log2(slots) */
	uint32_t mask;
	struct spp_mac_slot *slot;
	uint16_t nb_several;
	struct spp_port_set *several; /**< of entries that name more than one port */
	/** Catch-all of untagged packets, and of VIDs without their own; as spp_mac_slot.port. */
	uint16_t default_port;
	/** Catch-all per VID, SPP_MAC_TABLE_NONE: none. */
	uint16_t vid_default[SPP_MAC_TABLE_VIDS];
	/** Ports multicast goes to: of untagged packets [0], of VID v [group_of_vid[v]]. */
	uint16_t group_of_vid[SPP_MAC_TABLE_VIDS]; /**< 0: no entry has this VID */
	uint16_t nb_groups;
	struct spp_port_set *group;
	struct spp_port_set
		fallback; /**< of VIDs without an entry: the default port, as for unicast */
};

/** NULL when there is no memory. */
struct spp_mac_table *spp_mac_table_create(const struct spp_table_entry *entries, uint32_t nb);
void spp_mac_table_destroy(struct spp_mac_table *table);

/** @param word the address and two bytes of anything, as they are in memory */
static inline uint64_t
spp_mac_table_key_of(uint64_t word, uint16_t vid)
{
	return (uint64_t)vid << 48 | rte_be_to_cpu_64(word) >> 16;
}

static inline uint64_t
spp_mac_table_key(const uint8_t mac[6], uint16_t vid)
{
	uint64_t word = 0;

	memcpy(&word, mac, 6);
	return spp_mac_table_key_of(word, vid);
}

/** Where the search for a key begins. */
static inline uint32_t
spp_mac_table_first(const struct spp_mac_table *table, uint64_t key)
{
	/* Fibonacci hashing: the high bits of the product are well mixed */
	return (uint32_t)((key * 0x9e3779b97f4a7c15ull) >> table->shift);
}

/** spp_mac_slot.port of an exact entry, or SPP_MAC_TABLE_NONE. `i`: spp_mac_table_first() of the
 * key. */
static inline uint16_t
spp_mac_table_find(const struct spp_mac_table *table, uint64_t key, uint32_t i)
{
	while (table->slot[i].key != key) {
		if (table->slot[i].key == SPP_MAC_TABLE_EMPTY)
			return SPP_MAC_TABLE_NONE;
		i = (i + 1) & table->mask;
	}
	return table->slot[i].port;
}

/** Where unknown unicast of a VID goes: its default, else the untagged one; SPP_MAC_TABLE_NONE. */
static inline uint16_t
spp_mac_table_default(const struct spp_mac_table *table, uint16_t vid)
{
	uint16_t port = vid < SPP_MAC_TABLE_VIDS ? table->vid_default[vid] : SPP_MAC_TABLE_NONE;

	return port == SPP_MAC_TABLE_NONE ? table->default_port : port;
}

/**
 * Where a unicast destination leads: exact, default of its VID, untagged default, or none. As
 * spp_mac_slot.port.
 * @param first spp_mac_table_first() of the key
 */
static inline uint16_t
spp_mac_table_lookup(const struct spp_mac_table *table, uint64_t key, uint32_t first)
{
	uint16_t port = spp_mac_table_find(table, key, first);

	return unlikely(port == SPP_MAC_TABLE_NONE)
		       ? spp_mac_table_default(table, (uint16_t)(key >> 48))
		       : port;
}

static inline const struct spp_port_set *
spp_mac_table_group(const struct spp_mac_table *table, uint16_t vid)
{
	if (vid >= SPP_MAC_TABLE_VIDS)
		return &table->group[0];
	return table->group_of_vid[vid] != 0 ? &table->group[table->group_of_vid[vid]]
					     : &table->fallback;
}

static inline void
spp_port_set_add(struct spp_port_set *set, unsigned int port)
{
	set->word[port / 64] |= 1ull << (port % 64);
}

static inline bool
spp_port_set_has(const struct spp_port_set *set, unsigned int port)
{
	return ((set->word[port / 64] >> (port % 64)) & 1) != 0;
}

/** A value as spp_mac_slot.port has it names this port, among others. */
static inline bool
spp_mac_table_names(const struct spp_mac_table *table, uint16_t value, unsigned int port)
{
	if (likely(value < SPP_MAC_TABLE_SEVERAL))
		return value == port;
	return value != SPP_MAC_TABLE_NONE &&
	       spp_port_set_has(&table->several[value - SPP_MAC_TABLE_SEVERAL], port);
}

static inline bool
spp_port_set_empty(const struct spp_port_set *set)
{
	uint64_t any = 0;
	unsigned int i;

	for (i = 0; i < SPP_PORT_SET_WORDS; i++)
		any |= set->word[i];
	return any == 0;
}

#endif
