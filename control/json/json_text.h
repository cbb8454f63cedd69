/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * JSON values as text, whole or not at all, and texts as JSON strings, whatever is in them.
 *
 * What jansson leaves to its user, for every file that writes JSON.
 */
#ifndef SPP_CONTROL_JSON_TEXT_H
#define SPP_CONTROL_JSON_TEXT_H

#include <stdbool.h>

#include <jansson.h>

/**
 * In place of json_dumps(), which leaves out a member's name when it finds no memory for it, and
 * goes on.
 *
 * @param json  NULL: as no memory
 * @return the caller's; NULL: no memory
 */
char *spp_json_text(const json_t *json, size_t flags, size_t *length);

/**
 * The text behind the byte order mark that some editors put in front of UTF-8; jansson takes it for
 * an invisible character. Files only: a message has none (RFC 8259, 8.1).
 *
 * @return false: it is UTF-16, by its mark; text and length stay
 */
bool spp_json_skip_mark(const char **text, size_t *length);
/** The same, for a text that is to stay where it begins. */
bool spp_json_remove_mark(char *text, size_t *length);

/** What to say then. */
#define SPP_JSON_UTF_16 "is UTF-16 (\"Unicode\" of some editors): save it as UTF-8"

/**
 * A string of whatever bytes: when they are not UTF-8 (a text cut in mid-character), each that is
 * not ASCII becomes '?'. In place of json_string(), which gives none then. NULL: no memory
 */
json_t *spp_json_string(const char *text);

#endif
