/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Finds out who holds a TCP port that spp_agent would like to listen on, for the error message.
 * Reads /proc only; says nothing when it may not look. Called by agent_listen.c.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"

/** State column of /proc/net/tcp for a listening socket. */
#define TCP_STATE_LISTEN 0x0a

/* Inode of the socket that listens on the port, 0: not found. */
static uint64_t
find_inode(const char *table, uint16_t port)
{
	FILE *file = fopen(table, "re");
	char line[512];
	uint64_t found = 0;

	if (file == NULL)
		return 0;
	while (found == 0 && fgets(line, sizeof(line), file) != NULL) {
		unsigned int local_port, state;
		uint64_t inode;

		if (sscanf(line,
			   "%*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*u %*u %" SCNu64,
			   &local_port, &state, &inode) == 3 &&
		    local_port == port && state == TCP_STATE_LISTEN)
			found = inode;
	}
	fclose(file);
	return found;
}

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

void
agent_holder_of_port(uint16_t port, char *text, size_t size)
{
	uint64_t inode = find_inode("/proc/net/tcp", port);
	struct dirent *entry;
	char wanted[64];
	DIR *proc;

	text[0] = '\0';
	if (inode == 0)
		inode = find_inode("/proc/net/tcp6", port);
	if (inode == 0)
		return;
	snprintf(wanted, sizeof(wanted), "socket:[%" PRIu64 "]", inode);
	proc = opendir("/proc");
	if (proc == NULL)
		return;
	while ((entry = readdir(proc)) != NULL) {
		if (strspn(entry->d_name, "0123456789") != strlen(entry->d_name) ||
		    !holds(entry->d_name, wanted))
			continue;
		describe(entry->d_name, text, size);
		break;
	}
	closedir(proc);
}
