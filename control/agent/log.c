/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Log lines. See log.h.
 */
#include "agent/log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>

#include "change/plain.h"
#include "spp/journal.h"
#include "spp/lines.h"
#include "wire/clock.h"

#define AGENT_LOG_PER_SECOND 20

static size_t
format_line(int priority, const char *text, char *buf, size_t size)
{
	struct timespec now;
	struct tm tm;
	char stamp[32], prefix[SPP_JOURNAL_PREFIX_SIZE];
	const char *word = priority <= LOG_ERR       ? "error: "
			   : priority == LOG_WARNING ? "warning: "
						     : "";
	int length;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%FT%T", &tm);
	spp_journal_prefix(priority, prefix);
	if (prefix[0] != '\0') /* the journal has the time, the program and the priority */
		length = snprintf(buf, size, "%s%s\n", prefix, text);
	else
		length = snprintf(buf, size, "%s.%03ldZ spp_agent: %s%s\n", stamp,
				  now.tv_nsec / 1000000, word, text);
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
agent_log_begin(void)
{
	spp_lines_tell_lost(format_lost);
}

__attribute__((format(printf, 2, 0))) static void
log_line(int priority, const char *fmt, va_list ap)
{
	char text[2048], line[sizeof(text) + 64];

	vsnprintf(text, sizeof(text), fmt, ap);
	/* What peers wrote must not forge lines or drive the terminal. */
	spp_plain(text, ' ');
	spp_lines_put(line, format_line(priority, text, line, sizeof(line)));
}

void
agent_log(int priority, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(priority, fmt, ap);
	va_end(ap);
}

void
agent_log_stranger(const char *fmt, ...)
{
	static uint64_t second;
	static unsigned int lines, left_out;
	uint64_t now = spp_clock_ms() / 1000;
	va_list ap;

	if (now != second) {
		if (left_out > 0)
			agent_log(LOG_WARNING, "%u more lines of this kind left out", left_out);
		second = now;
		lines = left_out = 0;
	}
	if (lines++ >= AGENT_LOG_PER_SECOND) {
		left_out++;
		return;
	}
	va_start(ap, fmt);
	log_line(LOG_WARNING, fmt, ap);
	va_end(ap);
}
