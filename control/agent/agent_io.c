/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Small helpers of spp_agent, used by all its files. Know nothing of processes or requests.
 */
#include "agent_io.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "spp/journal.h"

#define AGENT_LOG_PER_SECOND 20

int
agent_out_flush(struct agent_out *out, int fd)
{
	while (agent_out_pending(out)) {
		ssize_t n = send(fd, out->data + out->sent, out->size - out->sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EWOULDBLOCK ? -EAGAIN : -errno;
		out->sent += (size_t)n;
	}
	return 0;
}

void
agent_out_reset(struct agent_out *out)
{
	free(out->data);
	memset(out, 0, sizeof(*out));
}

uint64_t
agent_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void
agent_address_text(const struct sockaddr *sa, socklen_t size, char *text, size_t text_size)
{
	char host[64], port[16];

	if (getnameinfo(sa, size, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(text, text_size, "unknown address");
	else if (sa->sa_family == AF_INET6)
		snprintf(text, text_size, "[%s]:%s", host, port);
	else
		snprintf(text, text_size, "%s:%s", host, port);
}

__attribute__((format(printf, 2, 0))) static void
log_line(int priority, const char *fmt, va_list ap)
{
	struct timespec now;
	struct tm tm;
	char stamp[32], line[2048], prefix[SPP_JOURNAL_PREFIX_SIZE];
	const char *word = priority <= LOG_ERR       ? "error: "
			   : priority == LOG_WARNING ? "warning: "
						     : "";

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%FT%T", &tm);
	vsnprintf(line, sizeof(line), fmt, ap);
	/* What peers wrote must not forge lines or drive the terminal. */
	for (char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	spp_journal_prefix(priority, prefix);
	if (prefix[0] != '\0') /* the journal has the time, the program and the priority */
		fprintf(stderr, "%s%s\n", prefix, line);
	else
		fprintf(stderr, "%s.%03ldZ spp_agent: %s%s\n", stamp, now.tv_nsec / 1000000, word,
			line);
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
	uint64_t now = agent_now_ms() / 1000;
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
