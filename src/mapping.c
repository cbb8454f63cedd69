/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads /proc for dead_lock.c, which must know whether somebody who may hold a lock is stopped.
 */
#include "mapping.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line of maps: "from-to rwxp offset device inode     path". */
static bool
mapping_parse(const char *line, struct spp_mapping *out, const char **path)
{
	unsigned long from;
	int end = 0;

	if (sscanf(line, "%lx-%*x %*s %*x %15s %lu %n", &from, out->device, &out->inode, &end) !=
		    3 ||
	    end == 0)
		return false;
	out->at = (void *)from;
	*path = line + end;
	return true;
}

int
spp_mapping_find(const char *path, struct spp_mapping *out)
{
	char real[PATH_MAX], *line = NULL;
	const char *mapped;
	bool found = false;
	size_t size = 0;
	FILE *maps;

	if (realpath(path, real) == NULL)
		return -ENOENT;
	maps = fopen("/proc/self/maps", "re");
	if (maps == NULL)
		return -ENOENT;
	while (!found && getline(&line, &size, maps) > 0) {
		line[strcspn(line, "\n")] = '\0';
		found = mapping_parse(line, out, &mapped) && strcmp(mapped, real) == 0;
	}
	free(line);
	fclose(maps);
	return found ? 0 : -ENOENT;
}

static bool
mapping_is_in(const char *maps_path, const struct spp_mapping *mapping)
{
	FILE *maps = fopen(maps_path, "re");
	struct spp_mapping other;
	const char *path;
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	if (maps == NULL) /* it has ended meanwhile */
		return false;
	while (!found && getline(&line, &size, maps) > 0)
		found = mapping_parse(line, &other, &path) && other.inode == mapping->inode &&
			strcmp(other.device, mapping->device) == 0;
	free(line);
	fclose(maps);
	return found;
}

/* Whether the thread with this /proc/.../stat is stopped: "T", or "t" by a debugger. */
static bool
mapping_is_stopped(const char *stat_path)
{
	FILE *stat = fopen(stat_path, "re");
	char text[512], *state;
	size_t length;

	if (stat == NULL)
		return false;
	length = fread(text, 1, sizeof(text) - 1, stat);
	fclose(stat);
	text[length] = '\0';
	state = strrchr(text, ')'); /* its name may hold anything */
	return state != NULL && (state[2] == 'T' || state[2] == 't');
}

pid_t
spp_mapping_stopped(const struct spp_mapping *mapping)
{
	char maps_path[64];
	pid_t pid = 0;
	glob_t found;
	size_t i;

	if (glob("/proc/[0-9]*/task/[0-9]*/stat", GLOB_NOSORT, NULL, &found) != 0)
		return -1;
	for (i = 0; i < found.gl_pathc && pid == 0; i++) {
		if (!mapping_is_stopped(found.gl_pathv[i]))
			continue;
		pid = atoi(found.gl_pathv[i] + strlen("/proc/"));
		snprintf(maps_path, sizeof(maps_path), "/proc/%d/maps", pid);
		if (!mapping_is_in(maps_path, mapping))
			pid = 0;
	}
	globfree(&found);
	return pid;
}
