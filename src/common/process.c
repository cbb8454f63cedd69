/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads /proc. See process.h.
 */
#include "common/process.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

const char *
spp_process_text(pid_t pid, char out[SPP_PROCESS_TEXT])
{
	char path[64], name[20] = "?", *at;
	FILE *file;

	if (pid <= 0) {
		snprintf(out, SPP_PROCESS_TEXT, "a process that cannot be seen from here");
		return out;
	}
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	if (file != NULL) {
		if (fgets(name, sizeof(name), file) != NULL)
			name[strcspn(name, "\n")] = '\0';
		fclose(file);
	}
	/* it chose that itself, and lines go to terminals */
	for (at = name; *at != '\0'; at++) {
		if (*at < ' ' || *at > '~')
			*at = '?';
	}
	snprintf(out, SPP_PROCESS_TEXT, "pid %d (%s)", pid, name);
	return out;
}

long
spp_process_syscall(pid_t pid, pid_t tid, unsigned long *arg)
{
	char path[64], line[256];
	long number = -2;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", pid, tid);
	file = fopen(path, "re");
	if (file == NULL)
		return -2;
	/* "running", or "232 0x3 0x7ffc..." with -1 in front when it is in none */
	if (fgets(line, sizeof(line), file) != NULL && sscanf(line, "%ld %lx", &number, arg) < 1)
		number = -1;
	fclose(file);
	return number;
}

/* Whether a line of /proc/locks, or of fdinfo, is about a flock of that file, and whose.
 * "1: FLOCK  ADVISORY  WRITE 4711 00:1c:12345 0 EOF"; one that waits has "->" in front. */
static bool
flock_of(const char *line, const struct stat *file, pid_t *pid)
{
	unsigned int major_number, minor_number;
	unsigned long inode;
	char kind[16];

	return sscanf(line, "%*d: %15s %*s %*s %d %x:%x:%lu", kind, pid, &major_number,
		      &minor_number, &inode) == 5 &&
	       strcmp(kind, "FLOCK") == 0 && inode == file->st_ino &&
	       makedev(major_number, minor_number) == file->st_dev;
}

/* Who has the descriptor now; the one that took the lock may have handed it on and ended. */
static pid_t
flock_heir(const struct stat *file)
{
	static const char prefix[] = "lock:\t";
	char line[256];
	pid_t heir = 0, taker;
	glob_t found;
	FILE *info;
	size_t i;

	if (glob("/proc/[0-9]*/fdinfo/[0-9]*", GLOB_NOSORT, NULL, &found) != 0)
		return 0;
	for (i = 0; i < found.gl_pathc && heir == 0; i++) {
		info = fopen(found.gl_pathv[i], "re");
		while (info != NULL && heir == 0 && fgets(line, sizeof(line), info) != NULL) {
			if (strncmp(line, prefix, strlen(prefix)) == 0 &&
			    flock_of(line + strlen(prefix), file, &taker))
				heir = (pid_t)strtol(found.gl_pathv[i] + strlen("/proc/"), NULL,
						     10);
		}
		if (info != NULL)
			fclose(info);
	}
	globfree(&found);
	return heir;
}

pid_t
spp_process_flock_holder(int fd)
{
	char line[256], path[64];
	bool found = false;
	struct stat file;
	pid_t holder = 0;
	FILE *locks;

	if (fstat(fd, &file) < 0)
		return 0;
	locks = fopen("/proc/locks", "re");
	if (locks == NULL)
		return 0;
	while (!found && fgets(line, sizeof(line), locks) != NULL)
		found = flock_of(line, &file, &holder);
	fclose(locks);
	snprintf(path, sizeof(path), "/proc/%d", holder);
	/* In a PID namespace the kernel lists no lock whose taker has ended. */
	if (!found || holder <= 0 || access(path, F_OK) != 0)
		holder = flock_heir(&file);
	return holder > 0 ? holder : 0;
}
