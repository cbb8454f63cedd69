/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The words of the protocol: ports, component types and names, table values, numbers; text to
 * value and back.
 *
 * Used by whoever reads or writes such words. Errors say what the word is and what would be right;
 * the caller puts the name of the member it stands in before that. Knows no JSON and no model.
 */
#ifndef SPP_CONTROL_NAMES_H
#define SPP_CONTROL_NAMES_H

#include <stdbool.h>

#include "spp/error.h"
#include "spp/model.h"
#include "spp/port_text.h"

/** Receive queues of a NIC that the spelling nicNnqM may name: 0 to 15. */
#define SPP_NIC_QUEUE_MAX 16
/** "4094/00:11:22:33:44:55" and more. */
#define SPP_TABLE_TEXT_SIZE 32

enum spp_table_kind {
	SPP_TABLE_MAC,   /**< MAC or "default" */
	SPP_TABLE_VLAN,  /**< VID/MAC or VID/default */
	SPP_TABLE_SAVED, /**< the same; VID 0, which was taken once, is read as untagged */
};

/** A decimal number, digits only. */
int spp_number_parse(const char *text, unsigned int max, unsigned int *out);

/** nic0, phy:0, phy:0nq1, ring:0, vhost3 ... */
int spp_port_parse(const char *text, struct spp_port *out, struct spp_error *err);
/** As the text dialect spells it: phy:0. The JSON dialect: spp_port_format(). @return buf */
const char *spp_port_format_text(struct spp_port port, char buf[SPP_PORT_TEXT_SIZE]);

/** "none" or "unuse": the two words for "nothing here any more". */
bool spp_word_is_none(const char *text);

int spp_type_parse(const char *text, enum spp_component_type *out, struct spp_error *err);
const char *spp_type_name(unsigned int type);

/** What is not taken from a guest: "none" or "reserved". */
int spp_filter_parse(const char *text, uint8_t *out, struct spp_error *err);
const char *spp_filter_name(unsigned int filter);

/** The name of a component: one printable word. */
int spp_name_check(const char *name, struct spp_error *err);

/**
 * The label of a port: one word of letters, digits and ._-:@/+ that begins with a letter or digit,
 * so that it stands in a line, a file, a shell and a terminal as what it is.
 */
int spp_label_check(const char *label, struct spp_error *err);

/**
 * May a table entry be for this VLAN? VID 0 is none: such a tag has a priority only (IEEE 802.1Q,
 * table 9-2), and the packet path takes its frames for untagged ones. @return 0 or -ERANGE
 */
int spp_vid_check(unsigned int vid, struct spp_error *err);

/** Six bytes as 00:11:22:33:44:55, of one station or of a group. */
int spp_mac_parse(const char *text, uint8_t mac[6], struct spp_error *err);

/** Fill mac, vid and is_default of an entry. */
int spp_table_value_parse(enum spp_table_kind kind, const char *text, struct spp_table_entry *out,
			  struct spp_error *err);
/** @return buf */
const char *spp_table_value_format(const struct spp_table_entry *entry,
				   char buf[SPP_TABLE_TEXT_SIZE]);

#endif
