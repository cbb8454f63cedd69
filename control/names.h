/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The words of the protocol: ports, component types and names, table values, numbers; text to
 * value and back.
 *
 * Used by decoders and by whoever writes a message. Errors say what the word is and what would be
 * right; the caller puts the member's name before it. Knows no JSON and no model.
 */
#ifndef SPP_CONTROL_NAMES_H
#define SPP_CONTROL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "spp/error.h"
#include "spp/model.h"

/** Receive queues of a NIC that the spelling nicNnqM may name: 0 to 15. */
#define SPP_NIC_QUEUE_MAX  16
#define SPP_PORT_TEXT_SIZE 24
/** "4094/00:11:22:33:44:55" and more. */
#define SPP_TABLE_TEXT_SIZE 32

enum spp_table_kind {
	SPP_TABLE_MAC,  /**< MAC or "default" */
	SPP_TABLE_VLAN, /**< VID/MAC or VID/default */
};

/** A decimal number, digits only. */
int spp_number_parse(const char *text, unsigned int max, unsigned int *out);

/** nic0, phy:0, phy:0nq1, ring:0, vhost3 ... */
int spp_port_parse(const char *text, struct spp_port *out, struct spp_error *err);
/** As the JSON dialect spells it. @return buf */
const char *spp_port_format(struct spp_port port, char buf[SPP_PORT_TEXT_SIZE]);
/** As the text dialect spells it: phy:0. @return buf */
const char *spp_port_format_text(struct spp_port port, char buf[SPP_PORT_TEXT_SIZE]);

/** "none" or "unuse": the two words for "nothing here any more". */
bool spp_word_is_none(const char *text);

int spp_type_parse(const char *text, enum spp_component_type *out, struct spp_error *err);
const char *spp_type_name(unsigned int type);

/** The name of a component: one printable word. */
int spp_name_check(const char *name, struct spp_error *err);

/** Fill mac, vid and is_default of an entry. */
int spp_table_value_parse(enum spp_table_kind kind, const char *text, struct spp_table_entry *out,
			  struct spp_error *err);
/** @return buf */
const char *spp_table_value_format(const struct spp_table_entry *entry,
				   char buf[SPP_TABLE_TEXT_SIZE]);

#endif
