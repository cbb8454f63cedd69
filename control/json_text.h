/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * JSON values as text, whole or not at all.
 */
#ifndef SPP_CONTROL_JSON_TEXT_H
#define SPP_CONTROL_JSON_TEXT_H

#include <jansson.h>

/**
 * In place of json_dumps(), which leaves out a member's name when it finds no memory for it, and
 * goes on.
 *
 * @param json  NULL: as no memory
 * @return the caller's; NULL: no memory
 */
char *spp_json_text(const json_t *json, size_t flags, size_t *length);

#endif
