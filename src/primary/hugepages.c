/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Takes hugepage files away. See hugepages.h.
 */
#include "primary/hugepages.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Characters in front of a path in /proc/PID/maps, at most. */
#define LINE_HEAD 100

/* "/dev/hugepages/rtemap_12": what EAL calls them (lib/eal/common/eal_filesystem.h). */
static bool
is_ours(const char *path, const char *prefix)
{
	const char *name = strrchr(path, '/');
	size_t length = strlen(prefix);

	return name != NULL && strncmp(name + 1, prefix, length) == 0 &&
	       strncmp(name + 1 + length, "map_", strlen("map_")) == 0;
}

static void
look_at_line(char *line, const char *prefix)
{
	char *path = strchr(line, '/');

	if (path != NULL && is_ours(path, prefix))
		unlink(path);
}

void
spp_hugepages_unlink(const char *prefix)
{
	char line[LINE_HEAD + PATH_MAX], bytes[4096];
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t nb, i;

	while (fd >= 0 && (nb = read(fd, bytes, sizeof(bytes))) > 0) {
		for (i = 0; i < nb; i++) {
			if (bytes[i] != '\n' && length < sizeof(line) - 1) {
				line[length++] = bytes[i];
				continue;
			}
			line[length] = '\0';
			length = 0;
			look_at_line(line, prefix);
		}
	}
	if (fd >= 0)
		close(fd);
}
