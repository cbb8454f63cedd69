/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines for the operator. Any thread but a worker or scheduler may call it: those count.
 */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

#include "spp/journal.h"

static const char *log_program = "spp";

void
spp_log_name(const char *name)
{
	log_program = name;
}

void
spp_log_line(int priority, const char *line)
{
	const char *word = "";
	char prefix[SPP_JOURNAL_PREFIX_SIZE];

	if (priority <= LOG_ERR)
		word = "error: ";
	else if (priority == LOG_WARNING)
		word = "warning: ";
	fprintf(stderr, "%s%s: %s%s\n", spp_journal_prefix(priority, prefix), log_program, word,
		line);
}

void
spp_log(int priority, const char *fmt, ...)
{
	char line[768];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	spp_log_line(priority, line);
}
