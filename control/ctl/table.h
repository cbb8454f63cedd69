/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Pieces the tables of sppctl are made of. Tolerant: a member that is missing shows as nothing.
 * Used by the tables, topo and check.
 */
#ifndef SPP_CTL_TABLE_H
#define SPP_CTL_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** "0", "950", "12.30k", "125M". */
const char *ctl_table_human(double value, char *text, size_t size);

/** How much a counter has grown; what was started anew counts from zero. */
double ctl_table_growth(const json_t *now, const json_t *before, const char *key);

/** "1250/s" of a counter; "-" when there is nothing to compare with. */
const char *ctl_table_rate(const json_t *now, const json_t *before, const char *key, double seconds,
			   char *text, size_t size);

/** Seconds between two status replies, 0: not known. */
double ctl_table_seconds(const json_t *info, const json_t *before);

/** Percent of a lcore's cycles that `key` has, since `before` (NULL: its start); -1: none yet. */
double ctl_table_share(const json_t *now, const json_t *before, const char *key);

/** The same as "12.5%", or "-". */
const char *ctl_table_use(const json_t *now, const json_t *before, const char *key, char *text,
			  size_t size);

/** Print "no_entry 12 (3/s)" for each reason, after `gap`. @return the gap before the next */
const char *ctl_table_drops(FILE *out, const json_t *now, const json_t *before, double seconds,
			    const char *gap);

/** Of a port as status shows it, a string or an object. */
const char *ctl_table_port_name(const json_t *port);

/** "ring0"; "ring0+101" or "ring0+101/3" where a tag is added, "ring0-tag" where one goes,
 * "vhost0-rsvd" where reserved addresses are not taken, "vhost0-src" where source addresses are
 * checked. */
const char *ctl_table_port_word(const json_t *port, char *text, size_t size);

/** Does an entry of the table name the port, alone or among others? */
bool ctl_table_entry_leads_to(const json_t *entry, const char *port);
/** What a port is called, of the labels of a spp_vf's status; "": nothing. */
const char *ctl_table_label(const json_t *info, const char *port);

/** "vhost37 (web2)", or the port's name alone. @return text */
const char *ctl_table_called(const json_t *info, const char *port, char *text, size_t size);

/** "ring0 ring2+101" of an array of texts or ports; "-" when empty. */
const char *ctl_table_words(const json_t *array, char *text, size_t size);

/** What a problem of a port (spp/problem.h) means; its name when it is not known here. */
const char *ctl_table_problem(const char *name);

/** The element of an array that has the same `key`, and the same `key2` unless NULL. */
const json_t *ctl_table_same(const json_t *array, const json_t *like, const char *key,
			     const char *key2);

#endif
