/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Table entries of a vhost that is plugged or unplugged, in both styles.
 */
#ifndef SPP_CHANGE_ENTRIES_H
#define SPP_CHANGE_ENTRIES_H

#include "change/wiring.h"
#include "spp/error.h"

/** The address must not lead elsewhere than to `port`: somebody would lose its packets. */
int wiring_check_entry(const struct wiring *wiring, const struct spp_table_entry *key,
		       struct spp_port port, struct spp_error *err);

/** The address leads to entry->port; where it does so already, alone or beside others, that is
 * fine. After wiring_check_entry(). */
int wiring_add_entry(struct wiring *wiring, const struct spp_table_entry *entry,
		     struct spp_error *err);
/** The address does not lead to entry->port any more; others that share it keep it. @return false:
 * it did not */
bool wiring_remove_entry(struct wiring *wiring, const struct spp_table_entry *entry);

/** Nothing leads to the port any more; an entry of several ports keeps the others.
 * @return entries that changed */
unsigned int wiring_remove_entries(struct wiring *wiring, struct spp_port port);

/** `default` leads to the port, too. */
int wiring_add_default(struct wiring *wiring, struct spp_port port, struct spp_error *err);
/** `default` does not lead to the port any more. */
void wiring_remove_default(struct wiring *wiring, struct spp_port port);

#endif
