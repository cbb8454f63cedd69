/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Finds out who holds a TCP address. See holder.h. Reads /proc only; says nothing when it may not
 * look.
 */
#include "agent/holder.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire/tcp_table.h"

static bool
holds(const char *pid, const char *wanted)
{
	char path[320], target[64];
	struct dirent *entry;
	bool found = false;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	fds = opendir(path);
	if (fds == NULL)
		return false;
	while (!found && (entry = readdir(fds)) != NULL) {
		ssize_t n = readlinkat(dirfd(fds), entry->d_name, target, sizeof(target) - 1);

		if (n > 0) {
			target[n] = '\0';
			found = strcmp(target, wanted) == 0;
		}
	}
	closedir(fds);
	return found;
}

static void
describe(const char *pid, char *text, size_t size)
{
	char path[320], name[32] = "?";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file = fopen(path, "re");
	if (file != NULL) {
		if (fgets(name, sizeof(name), file) != NULL)
			name[strcspn(name, "\n")] = '\0';
		fclose(file);
	}
	snprintf(text, size, " by pid %s (%s)", pid, name);
}

pid_t
agent_holder_of(const struct sockaddr_storage *address, char *text, size_t size)
{
	struct spp_tcp_owner owner;
	struct dirent *entry;
	char wanted[64];
	pid_t pid = 0;
	DIR *proc;

	text[0] = '\0';
	if (!spp_tcp_listener(address, &owner))
		return 0;
	snprintf(wanted, sizeof(wanted), "socket:[%" PRIu64 "]", owner.inode);
	proc = opendir("/proc");
	if (proc == NULL)
		return 0;
	while (pid == 0 && (entry = readdir(proc)) != NULL) {
		if (strspn(entry->d_name, "0123456789") != strlen(entry->d_name) ||
		    !holds(entry->d_name, wanted))
			continue;
		describe(entry->d_name, text, size);
		pid = (pid_t)strtol(entry->d_name, NULL, 10);
	}
	closedir(proc);
	return pid;
}
