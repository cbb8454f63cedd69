/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The ports of one table entry: a set, kept in order, and written down. Used by whoever reads,
 * changes or shows entries. Pure.
 */
#ifndef SPP_CONTROL_ENTRY_H
#define SPP_CONTROL_ENTRY_H

#include <stddef.h>

#include "spp/error.h"
#include "spp/model.h"
#include "spp/port_text.h"

/** "vhost0,vhost1" and more. */
#define SPP_ENTRY_TEXT_SIZE ((size_t)SPP_ENTRY_PORTS_MAX * SPP_PORT_TEXT_SIZE)

/** One more port. -EEXIST: it is there already, -ENOSPC: there are SPP_ENTRY_PORTS_MAX; both with a
 * text. */
int spp_entry_add_port(struct spp_table_entry *entry, struct spp_port port, struct spp_error *err);
/** One port less; one it does not have is fine. The last one stays: an entry leads somewhere. */
void spp_entry_remove_port(struct spp_table_entry *entry, struct spp_port port);

/** With commas between. @return buf */
const char *spp_entry_ports_format(const struct spp_table_entry *entry,
				   char buf[SPP_ENTRY_TEXT_SIZE]);
/** As the text dialect spells ports. @return buf */
const char *spp_entry_ports_format_text(const struct spp_table_entry *entry,
					char buf[SPP_ENTRY_TEXT_SIZE]);
/** What both dialects read: ports with commas between. */
int spp_entry_ports_parse(const char *text, struct spp_table_entry *out, struct spp_error *err);

#endif
