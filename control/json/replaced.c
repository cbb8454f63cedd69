/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See replaced.h. A file that a package replaces gets a new inode; who has the old one mapped sees
 * its name with " (deleted)" behind it. Only code counts: memory that processes share is also kept
 * in files that have no name any more.
 */
#include "json/replaced.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char deleted[] = " (deleted)";

/* A line of maps: "from-to rwxp offset device inode     path". */
static bool
is_replaced_code(char *line)
{
	char permissions[8];
	const char *path;
	size_t length;
	int end = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%*s %7s %*s %*s %*s %n", permissions, &end) != 1 || end == 0 ||
	    strchr(permissions, 'x') == NULL)
		return false;
	path = line + end;
	length = strlen(path);
	return path[0] == '/' && strncmp(path, "/memfd:", strlen("/memfd:")) != 0 &&
	       length > strlen(deleted) && strcmp(path + length - strlen(deleted), deleted) == 0;
}

bool
spp_replaced_in(const char *maps_path)
{
	FILE *maps = fopen(maps_path, "re");
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	if (maps == NULL)
		return false;
	while (!found && getline(&line, &size, maps) > 0)
		found = is_replaced_code(line);
	free(line);
	fclose(maps);
	return found;
}

bool
spp_replaced(void)
{
	static struct timespec last;
	static bool found;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!found && (last.tv_sec == 0 || now.tv_sec > last.tv_sec)) {
		last = now;
		found = spp_replaced_in("/proc/self/maps");
	}
	return found;
}
