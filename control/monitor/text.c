/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Text that grows. See text.h.
 */
#include "monitor/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#define TEXT_FIRST 4096
/** zlib's window bits for a gzip header and the smallest memory that still compresses well. */
#define GZIP_WINDOW (15 + 16)
#define GZIP_LEVEL  1
#define GZIP_MEMORY 8

static bool
make_room(struct monitor_text *text, size_t more)
{
	size_t size = text->size > 0 ? text->size : TEXT_FIRST;
	char *bytes;

	if (text->failed)
		return false;
	if (more <= text->size - text->length)
		return true;
	while (size - text->length < more)
		size *= 2;
	bytes = realloc(text->bytes, size);
	if (bytes == NULL) {
		text->failed = true;
		return false;
	}
	text->bytes = bytes;
	text->size = size;
	return true;
}

void
monitor_text_put(struct monitor_text *text, const char *bytes, size_t length)
{
	if (length == 0 || !make_room(text, length))
		return;
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
}

void
monitor_text_add(struct monitor_text *text, const char *string)
{
	monitor_text_put(text, string, strlen(string));
}

/* Most of a scrape is such numbers. */
void
monitor_text_integer(struct monitor_text *text, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	monitor_text_put(text, digits + at, sizeof(digits) - at);
}

void
monitor_text_printf(struct monitor_text *text, const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int length;

	va_start(ap, fmt);
	length = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (length > 0)
		monitor_text_put(text, line,
				 (size_t)length < sizeof(line) ? (size_t)length : sizeof(line) - 1);
}

/* Bytes of the UTF-8 character that begins here; 0: there is none (RFC 3629, 4). */
static size_t
utf8_length(const unsigned char *c)
{
	size_t more = c[0] < 0x80   ? 0
		      : c[0] < 0xc2 ? 4
		      : c[0] < 0xe0 ? 1
		      : c[0] < 0xf0 ? 2
		      : c[0] < 0xf5 ? 3
				    : 4;

	if (more == 4)
		return 0;
	for (size_t i = 1; i <= more; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
	    (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
		return 0;
	return more + 1;
}

/* Bytes from here on that stand for themselves between quotes: nearly always all there are. */
static size_t
plain_length(const char *value)
{
	size_t length = 0;

	while (value[length] >= ' ' && value[length] != '"' && value[length] != '\\' &&
	       value[length] < 0x7f)
		length++;
	return length;
}

/* The next of a value that is quoted, and what it takes of it. */
static size_t
put_character(struct monitor_text *text, const char *value)
{
	size_t length = plain_length(value);

	if (length == 0)
		length = utf8_length((const unsigned char *)value);
	if (length == 0)
		monitor_text_put(text, "?", 1);
	else
		monitor_text_put(text, value, length);
	return length > 0 ? length : 1;
}

void
monitor_text_label(struct monitor_text *text, const char *value)
{
	while (*value != '\0') {
		switch (*value) {
		case '\\':
			monitor_text_put(text, "\\\\", 2);
			value++;
			break;
		case '"':
			monitor_text_put(text, "\\\"", 2);
			value++;
			break;
		case '\n':
			monitor_text_put(text, "\\n", 2);
			value++;
			break;
		default:
			value += put_character(text, value);
		}
	}
}

void
monitor_text_json(struct monitor_text *text, const char *value)
{
	monitor_text_put(text, "\"", 1);
	while (*value != '\0') {
		if (*value == '"' || *value == '\\') {
			monitor_text_printf(text, "\\%c", *value++);
		} else if ((unsigned char)*value < 0x20 || *value == 0x7f) {
			monitor_text_printf(text, "\\u%04x", (unsigned char)*value++);
		} else {
			value += put_character(text, value);
		}
	}
	monitor_text_put(text, "\"", 1);
}

void
monitor_text_number(struct monitor_text *text, double value)
{
	if (!isfinite(value))
		monitor_text_add(text, "null");
	else if (value == floor(value) && value >= 0 && value < 1e15)
		monitor_text_integer(text, (uint64_t)value);
	else if (value == floor(value) && value > -1e15)
		monitor_text_printf(text, "%.0f", value);
	else
		monitor_text_printf(text, "%.6g", value);
}

bool
monitor_text_gzip(const struct monitor_text *text, struct monitor_text *out)
{
	z_stream z = {.next_in = (unsigned char *)text->bytes, .avail_in = (uInt)text->length};
	int ret;

	if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	if (!make_room(out, deflateBound(&z, (uLong)text->length))) {
		deflateEnd(&z);
		return false;
	}
	z.next_out = (unsigned char *)out->bytes;
	z.avail_out = (uInt)out->size;
	ret = deflate(&z, Z_FINISH);
	out->length = z.total_out;
	deflateEnd(&z);
	return ret == Z_STREAM_END;
}

void
monitor_text_free(struct monitor_text *text)
{
	free(text->bytes);
	*text = (struct monitor_text){0};
}
