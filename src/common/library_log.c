/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DPDK's log. See library_log.h.
 *
 * rte_vlog() prints into a stream that an application may give it (rte_openlog_stream()); ours
 * hands over line by line, on the thread that speaks, which also knows type and level of the line.
 * Given before rte_eal_init() it stays: 22.11 prefers it to its own, and 24.11 (log.c,
 * eal_log_init()) then chooses none of its own forms.
 */
#include "common/library_log.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_log.h>

#include "common/log.h"
#include "common/log_limit.h"

#define LINE_SIZE 1024
#define VHOST     "lib.vhost"
#define TYPES_MAX 512
#define NAME_SIZE 64

static bool limited;

/* Of DPDK's log types; constant once lines are limited. */
static char names[TYPES_MAX][NAME_SIZE];

/* DPDK has no function for it, but it prints all: "id 42: lib.vhost.config, level is error". */
static void
read_names(void)
{
	char *text = NULL, name[NAME_SIZE];
	FILE *stream;
	size_t size = 0;
	const char *line;
	unsigned int id;

	stream = open_memstream(&text, &size);
	if (stream == NULL)
		return;
	rte_log_dump(stream);
	fclose(stream);
	for (line = text; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
		line += *line == '\n' ? 1 : 0;
		if (sscanf(line, "id %u: %63[^,]", &id, name) == 2 && id < TYPES_MAX)
			snprintf(names[id], NAME_SIZE, "%s", name);
	}
	free(text);
}

static const char *
type_name(int type)
{
	return type >= 0 && type < TYPES_MAX && names[type][0] != '\0' ? names[type] : "DPDK";
}

/*
 * Who speaks, and of librte_vhost about whom: "lib.vhost.config (/tmp/sock0)". What only comes when
 * asked for is a source of its own, that shall not use up what errors may write.
 */
static void
name_source(const char *line, bool wanted, char *source, size_t size)
{
	const char *name = type_name(rte_log_cur_msg_logtype());
	const char *about = strstr(line, ": ("), *end = NULL;

	if (strncmp(name, VHOST, strlen(VHOST)) == 0 && about != NULL)
		end = strchr(about, ')');
	snprintf(source, size, "%s%s%.*s", name, wanted ? ", in detail" : "",
		 end != NULL ? (int)(end - about) : 0, end != NULL ? about + 1 : "");
}

static void
put_line(const char *line)
{
	char source[SPP_LOG_LIMIT_NAME];
	int level = rte_log_cur_msg_loglevel();
	/* DPDK's levels are syslog's priorities plus one. */
	int priority = level > 0 ? level - 1 : LOG_INFO;
	bool wanted = priority >= LOG_INFO;

	if (line[0] == '\0')
		return;
	if (!__atomic_load_n(&limited, __ATOMIC_ACQUIRE)) {
		spp_log_library("", 0, priority, line);
		return;
	}
	name_source(line, wanted, source, sizeof(source));
	spp_log_library(source, wanted ? SPP_LIBRARY_LOG_WANTED : SPP_LOG_LIMIT_LINES, priority,
			line);
}

static ssize_t
take_text(void *cookie, const char *text, size_t size)
{
	char line[LINE_SIZE];
	size_t done = 0, length;
	const char *end;

	(void)cookie;
	while (done < size) {
		end = memchr(text + done, '\n', size - done);
		length = end != NULL ? (size_t)(end - text) - done : size - done;
		snprintf(line, sizeof(line), "%.*s", (int)length, text + done);
		put_line(line);
		done += length + (end != NULL ? 1 : 0);
	}
	return (ssize_t)size;
}

void
spp_library_log_start(void)
{
	const cookie_io_functions_t functions = {.write = take_text};
	FILE *stream = fopencookie(NULL, "w", functions);

	if (stream == NULL)
		return;
	/* A line is taken by the thread that wrote it, not by whoever flushes next. */
	setvbuf(stream, NULL, _IOLBF, BUFSIZ);
	rte_openlog_stream(stream);
}

void
spp_library_log_limit(void)
{
	read_names();
	__atomic_store_n(&limited, true, __ATOMIC_RELEASE);
}
