/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See replaced.h. A file that a package replaces gets a new inode; who has the old one mapped sees
 * its name with " (deleted)" behind it. Only code counts: memory that processes share is also kept
 * in files that have no name any more.
 *
 * A process with hugepages has thousands of mappings, and to read their list takes milliseconds: so
 * it is read only after a file went away in a directory that code was mapped from, inotify(7).
 */
#include "json/replaced.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

/** Seconds between two looks at the maps where the directories cannot be watched. */
#define LOOK_BLIND_S 10

static const char deleted[] = " (deleted)";

/* The file of a line of maps ("from-to rwxp offset device inode     path"), NULL: no code. */
static char *
path_of_code(char *line)
{
	char permissions[8];
	char *path;
	int end = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%*s %7s %*s %*s %*s %n", permissions, &end) != 1 || end == 0 ||
	    strchr(permissions, 'x') == NULL)
		return NULL;
	path = line + end;
	return path[0] == '/' && strncmp(path, "/memfd:", strlen("/memfd:")) != 0 ? path : NULL;
}

static bool
is_deleted(const char *path)
{
	size_t length = strlen(path);

	return length > strlen(deleted) && strcmp(path + length - strlen(deleted), deleted) == 0;
}

/* To be told when a file of its directory is removed, or another takes its name. */
static void
watch_directory(int watch, char *path, bool *blind)
{
	char *slash = strrchr(path, '/');

	slash[slash == path] = '\0';
	if (inotify_add_watch(watch, path, IN_DELETE | IN_MOVED_TO | IN_ONLYDIR) < 0)
		*blind = true;
}

/* Is any code replaced? @param watch directories are added to it, where it is one */
static bool
look(const char *maps_path, int watch, bool *blind)
{
	FILE *maps = fopen(maps_path, "re");
	char *line = NULL, *path;
	bool found = false;
	size_t size = 0;

	if (maps == NULL)
		return false;
	while (!found && getline(&line, &size, maps) > 0) {
		path = path_of_code(line);
		if (path == NULL)
			continue;
		found = is_deleted(path);
		if (!found && watch >= 0)
			watch_directory(watch, path, blind);
	}
	free(line);
	fclose(maps);
	return found;
}

bool
spp_replaced_in(const char *maps_path)
{
	return look(maps_path, -1, NULL);
}

/* Did anything happen in the directories? */
static bool
any_news(int watch)
{
	char events[4096];
	bool any = false;

	while (read(watch, events, sizeof(events)) > 0)
		any = true;
	return any;
}

bool
spp_replaced(void)
{
	static const char maps[] = "/proc/self/maps";
	static struct timespec last;
	static bool found, begun, blind, again;
	static int watch = -1;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (found || (begun && now.tv_sec <= last.tv_sec))
		return found;
	if (!begun) {
		begun = true;
		watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		blind = watch < 0;
		/* Once more below: what goes away before its directory is watched. */
		(void)look(maps, watch, &blind);
	} else if (blind) {
		if (now.tv_sec < last.tv_sec + LOOK_BLIND_S)
			return false;
	} else {
		/* Twice: kernels have told of a file before its name was gone. */
		bool news = any_news(watch);

		if (!news && !again)
			return false;
		again = news;
	}
	last = now;
	found = blind ? spp_replaced_in(maps) : look(maps, watch, &blind);
	return found;
}
