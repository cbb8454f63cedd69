/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One more line in a list of lines. See note.h.
 */
#include "change/note.h"

#include <stdarg.h>
#include <stdio.h>

void
wiring_note(json_t *notes, const char *fmt, ...)
{
	char line[2048 + 128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	json_array_append_new(notes, json_string(line));
}
