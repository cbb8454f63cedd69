/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Text that grows: what metrics and state are written into. One thread at a time; knows nothing of
 * what is written.
 *
 * When memory runs out the text is marked as failed and takes nothing more: the writer goes on, and
 * who asked for it looks at `failed` once at the end.
 */
#ifndef SPP_MONITOR_TEXT_H
#define SPP_MONITOR_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct monitor_text {
	char *bytes; /**< not NUL-terminated */
	size_t length, size;
	bool failed;
};

void monitor_text_put(struct monitor_text *text, const char *bytes, size_t length);
void monitor_text_add(struct monitor_text *text, const char *string);
void monitor_text_integer(struct monitor_text *text, uint64_t value);
__attribute__((format(printf, 2, 3))) void monitor_text_printf(struct monitor_text *text,
							       const char *fmt, ...);
/** Inside the quotes of a label's value: backslash, quote and newline (text format 0.0.4 and
 * OpenMetrics 1.0, "escaped-string"). Bytes that are no UTF-8 become "?". */
void monitor_text_label(struct monitor_text *text, const char *value);
/** A JSON string with its quotes (RFC 8259, 7); bytes that are no UTF-8 become "?". */
void monitor_text_json(struct monitor_text *text, const char *value);
/** A JSON number, or null when it is none. */
void monitor_text_number(struct monitor_text *text, double value);

/** Compressed as gzip(1) does (RFC 1952), into `out`, which is empty. False: no memory. */
bool monitor_text_gzip(const struct monitor_text *text, struct monitor_text *out);
void monitor_text_free(struct monitor_text *text);

#endif
