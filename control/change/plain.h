/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Text that others wrote, for a line in a log and for a terminal. Used by spp_agent's log and by
 * sppctl for all it is answered.
 */
#ifndef SPP_CHANGE_PLAIN_H
#define SPP_CHANGE_PLAIN_H

#include <jansson.h>

/**
 * Bytes at this place of a text that could begin a line, drive a terminal, or show what follows in
 * another order; 0: what stands there is fine. Control characters (C0, DEL, and C1, which UTF-8
 * spells U+0080 to U+009F), line and paragraph separators and bidirectional marks (U+2028 to
 * U+202E, U+2066 to U+2069, U+200E, U+200F).
 */
unsigned int spp_plain_hidden(const char *at);

/** Put `with` in place of each such character. @return text */
char *spp_plain(char *text, char with);

/** The same for all texts and keys of a value; NULL is fine. */
void spp_plain_json(json_t *value, char with);

#endif
