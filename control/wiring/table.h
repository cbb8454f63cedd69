/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The staged classifier table: add and remove entries of a model in constant time.
 *
 * Used by stage and by change/. The index belongs to one model; whoever changes that model's
 * entries in another way (copying a model over it) says so with spp_table_forget().
 */
#ifndef SPP_CONTROL_TABLE_H
#define SPP_CONTROL_TABLE_H

#include <stdbool.h>

#include "spp/error.h"
#include "spp/model.h"

/** Twice the entries: chains stay short when the table is full. */
#define SPP_TABLE_SLOTS (2 * SPP_TABLE_MAX)

struct spp_table_index {
	bool built;
	uint16_t slots[SPP_TABLE_SLOTS]; /**< position in model->entries + 1, 0: free */
};

/** The model's entries changed behind the index: build it anew when next needed. */
void spp_table_forget(struct spp_table_index *index);

/**
 * Add an entry; the same again is success. -EEXIST: on another port; -ENOSPC: the table is full.
 */
int spp_table_add(struct spp_table_index *index, struct spp_model *model,
		  const struct spp_table_entry *entry, struct spp_error *err);

/** The entry with this MAC and VID, or NULL. */
const struct spp_table_entry *spp_table_find(struct spp_table_index *index,
					     const struct spp_model *model,
					     const struct spp_table_entry *key);

/** Remove the entry with this MAC and VID; none there is fine. The last entry takes its place. */
void spp_table_remove(struct spp_table_index *index, struct spp_model *model,
		      const struct spp_table_entry *entry);

#endif
