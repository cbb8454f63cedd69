/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Syslog priorities on standard error, as systemd's journal reads them: "<4>line", sd-daemon(3).
 *
 * Only when standard error is the journal, which JOURNAL_STREAM ("device:inode") tells; elsewhere
 * a person reads it. Plain C; any thread.
 */
#ifndef SPP_JOURNAL_H
#define SPP_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPP_JOURNAL_PREFIX_SIZE 8

/** Whether standard error goes to systemd's journal. */
static inline bool
spp_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;
	char *end;

	if (stream == NULL)
		return false;
	device = strtoull(stream, &end, 10);
	if (*end != ':')
		return false;
	inode = strtoull(end + 1, NULL, 10);
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

/** "<4>" for the journal, else "". @param priority LOG_ERR ... @return buf */
static inline const char *
spp_journal_prefix(int priority, char buf[SPP_JOURNAL_PREFIX_SIZE])
{
	buf[0] = '\0';
	if (spp_journal())
		snprintf(buf, SPP_JOURNAL_PREFIX_SIZE, "<%d>", priority & 7);
	return buf;
}

#endif
