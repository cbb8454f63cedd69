/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One more line in a list of lines for a person. Used by whoever in change/ has something to say.
 */
#ifndef SPP_CHANGE_NOTE_H
#define SPP_CHANGE_NOTE_H

#include <jansson.h>

__attribute__((format(printf, 2, 3))) void wiring_note(json_t *notes, const char *fmt, ...);

#endif
