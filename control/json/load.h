/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Text as JSON, whole or not at all, also where memory is short.
 */
#ifndef SPP_CONTROL_JSON_LOAD_H
#define SPP_CONTROL_JSON_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/**
 * In place of json_loadb(), which without memory calls a good text wrong ("invalid token"), says
 * nothing at all, leaves letters out or reads past its own buffer. Any thread.
 *
 * @param where  NULL: not wanted. Without memory its text is "out of memory"
 * @return the caller's; NULL: not JSON, or no memory
 */
json_t *spp_json_load(const char *text, size_t length, size_t flags, json_error_t *where);

/** The same in place of json_load_callback(). @param read as that one's: bytes read, 0 at the end,
 * or (size_t)-1 */
json_t *spp_json_load_stream(json_load_callback_t read, void *arg, size_t flags,
			     json_error_t *where);

/** After one of them returned NULL: the text may be right. */
bool spp_json_no_memory(const json_error_t *where);

#endif
