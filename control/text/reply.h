/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The text dialect, outwards: compact JSON objects, one a request.
 *
 * Used by answer (text.c, text_primary.c) and the status files beside. Each reply is for free();
 * NULL: out of memory.
 */
#ifndef SPP_CONTROL_TEXT_REPLY_H
#define SPP_CONTROL_TEXT_REPLY_H

#include <stddef.h>

#include "wiring/fault.h"

struct json_t;

/** {"results":[{"result":"success"}]}, and then the members of `more`, which it takes over. */
char *spp_text_reply_success(struct json_t *more, size_t *length);
/** The texts of all faults, in the words SPP itself used, behind the prefix. */
char *spp_text_reply_error(const char *prefix, const struct spp_faults *faults, size_t *length);
/** An object as it is; takes it over. */
char *spp_text_reply_dump(struct json_t *object, size_t *length);

#endif
