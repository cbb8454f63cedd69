/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines for the operator. Any thread but a worker or scheduler may call it: those count. Who writes
 * them, so that nobody waits: spp/lines.h.
 */
#include "common/log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "spp/journal.h"
#include "spp/lines.h"

#include "common/log_limit.h"

#define LINE_SIZE 1280

static const char *log_program = "spp";

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static struct spp_log_limit log_limit; /* log_lock */

static size_t
log_format(int priority, const char *program, const char *text, const char *tail, char *buf,
	   size_t size)
{
	char prefix[SPP_JOURNAL_PREFIX_SIZE];
	int length = snprintf(buf, size, "%s%s%s%s%s\n", spp_journal_prefix(priority, prefix),
			      program, program[0] != '\0' ? ": " : "", text, tail);

	if (length >= (int)size) {
		length = (int)size - 1;
		buf[length - 1] = '\n';
	}
	return (size_t)length;
}

/* The one place where a line leaves the process. */
static void
log_put(int priority, const char *program, const char *text, const char *tail)
{
	char line[LINE_SIZE];

	spp_lines_put(line, log_format(priority, program, text, tail, line, sizeof(line)));
}

static size_t
log_format_lost(unsigned long nb, char *buf, size_t size)
{
	char text[96];

	snprintf(text, sizeof(text), "warning: " SPP_LINES_LOST_TEXT, nb);
	return log_format(LOG_WARNING, log_program, text, "", buf, size);
}

void
spp_log_name(const char *name)
{
	log_program = name;
	spp_lines_tell_lost(log_format_lost);
}

static void
log_put_ours(int priority, const char *line, const char *tail)
{
	char text[LINE_SIZE];
	const char *word = "";

	if (priority <= LOG_ERR)
		word = "error: ";
	else if (priority == LOG_WARNING)
		word = "warning: ";
	snprintf(text, sizeof(text), "%s%s", word, line);
	log_put(priority, log_program, text, tail);
}

void
spp_log_line(int priority, const char *line)
{
	log_put_ours(priority, line, "");
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

static uint64_t
log_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec;
}

/* What stands behind the line; NULL: it is left out. */
static const char *
log_take(const char *source, unsigned int max)
{
	enum spp_log_limit_answer answer;

	pthread_mutex_lock(&log_lock);
	answer = spp_log_limit_take(&log_limit, source, max, log_seconds());
	pthread_mutex_unlock(&log_lock);
	if (answer == SPP_LOG_LIMIT_LEAVE_OUT)
		return NULL;
	return answer == SPP_LOG_LIMIT_WRITE_LAST ? " (further ones of its kind are counted only)"
						  : "";
}

void
spp_log_from(const char *source, int priority, const char *line)
{
	const char *tail = log_take(source, SPP_LOG_LIMIT_LINES);

	if (tail != NULL)
		log_put_ours(priority, line, tail);
}

void
spp_log_library(const char *source, unsigned int max, int priority, const char *line)
{
	const char *tail = max == 0 ? "" : log_take(source, max);

	if (tail != NULL)
		log_put(priority, "", line, tail);
	/* the last word of a process that DPDK ends (rte_panic, rte_exit) */
	if (tail != NULL && priority <= LOG_CRIT)
		spp_lines_end();
}

void
spp_log_tick(void)
{
	char name[SPP_LOG_LIMIT_NAME];
	uint64_t left_out;

	do {
		pthread_mutex_lock(&log_lock);
		left_out = spp_log_limit_ended(&log_limit, log_seconds(), name);
		pthread_mutex_unlock(&log_lock);
		if (left_out > 0)
			spp_log(LOG_NOTICE, "%s: %" PRIu64 " more lines were left out", name,
				left_out);
	} while (left_out > 0);
}
