/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Log lines. See log.h.
 */
#include "monitor/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "spp/error.h"
#include "spp/journal.h"
#include "spp/lines.h"

static size_t
format_line(int priority, const char *text, char *buf, size_t size)
{
	char prefix[SPP_JOURNAL_PREFIX_SIZE];
	const char *word = priority <= LOG_ERR       ? "error: "
			   : priority == LOG_WARNING ? "warning: "
						     : "";
	int length;

	spp_journal_prefix(priority, prefix);
	length = snprintf(buf, size, "%sspp_monitor: %s%s\n", prefix, word, text);
	return length < (int)size ? (size_t)length : size - 1;
}

static size_t
format_lost(unsigned long nb, char *buf, size_t size)
{
	char text[96];

	snprintf(text, sizeof(text), SPP_LINES_LOST_TEXT, nb);
	return format_line(LOG_WARNING, text, buf, size);
}

void
monitor_log_begin(void)
{
	spp_lines_tell_lost(format_lost);
}

void
monitor_log(int priority, const char *fmt, ...)
{
	char text[SPP_ERROR_SIZE], line[sizeof(text) + 64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* What others wrote must not forge lines or drive the terminal. */
	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	spp_lines_put(line, format_line(priority, text, line, sizeof(line)));
}
