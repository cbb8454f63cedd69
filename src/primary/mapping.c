/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads /proc for holders.c, which must know who has the memory with the EAL's locks.
 */
#include "primary/mapping.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A line of maps: "from-to rwxp offset device inode     path". */
static bool
mapping_parse(const char *line, struct spp_mapping *out, const char **path)
{
	char inode[24];
	int end = 0;

	/* from-to permissions offset device inode path */
	if (sscanf(line, "%*x-%*x %*s %*x %15s %23s %n", out->device, inode, &end) != 2 || end == 0)
		return false;
	out->at = (void *)strtoul(line, NULL, 16);
	out->inode = strtoul(inode, NULL, 10);
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

int
spp_mapping_users(const struct spp_mapping *mapping, pid_t *out, int max)
{
	char maps_path[64];
	glob_t found;
	int nb = 0;
	size_t i;
	pid_t pid;

	if (glob("/proc/[0-9]*", GLOB_NOSORT, NULL, &found) != 0)
		return -1;
	for (i = 0; i < found.gl_pathc && nb >= 0; i++) {
		pid = (pid_t)strtol(found.gl_pathv[i] + strlen("/proc/"), NULL, 10);
		snprintf(maps_path, sizeof(maps_path), "/proc/%d/maps", pid);
		if (pid == getpid() || !mapping_is_in(maps_path, mapping))
			continue;
		if (nb < max)
			out[nb++] = pid;
		else
			nb = -1;
	}
	globfree(&found);
	return nb;
}
