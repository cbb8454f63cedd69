/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts lines of the log by source. See log_limit.h.
 */
#include "common/log_limit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define OTHERS "others"

static bool
is_over(const struct spp_log_limit *limit, unsigned int i, uint64_t now_s)
{
	return now_s - limit->sources[i].since_s >= SPP_LOG_LIMIT_S;
}

/* Its place, or a free one, or that of a source that was quiet for long; the last is for all
 * others.
 */
static unsigned int
find_place(struct spp_log_limit *limit, const char *name, uint64_t now_s)
{
	unsigned int i, place = SPP_LOG_LIMIT_SOURCES - 1;

	for (i = 0; i < SPP_LOG_LIMIT_SOURCES - 1; i++) {
		if (strncmp(limit->sources[i].name, name, SPP_LOG_LIMIT_NAME - 1) == 0)
			return i;
		if (place == SPP_LOG_LIMIT_SOURCES - 1 &&
		    (limit->sources[i].name[0] == '\0' ||
		     (limit->sources[i].left_out == 0 && is_over(limit, i, now_s))))
			place = i;
	}
	snprintf(limit->sources[place].name, SPP_LOG_LIMIT_NAME, "%s",
		 place == SPP_LOG_LIMIT_SOURCES - 1 ? OTHERS : name);
	if (place < SPP_LOG_LIMIT_SOURCES - 1)
		limit->sources[place].lines = 0;
	return place;
}

enum spp_log_limit_answer
spp_log_limit_take(struct spp_log_limit *limit, const char *source, unsigned int max,
		   uint64_t now_s)
{
	unsigned int i = find_place(limit, source, now_s);

	if (limit->sources[i].lines == 0 ||
	    (limit->sources[i].left_out == 0 && is_over(limit, i, now_s))) {
		limit->sources[i].since_s = now_s;
		limit->sources[i].lines = 0;
	}
	if (limit->sources[i].lines >= max) {
		limit->sources[i].left_out++;
		return SPP_LOG_LIMIT_LEAVE_OUT;
	}
	return ++limit->sources[i].lines == max ? SPP_LOG_LIMIT_WRITE_LAST : SPP_LOG_LIMIT_WRITE;
}

uint64_t
spp_log_limit_ended(struct spp_log_limit *limit, uint64_t now_s, char name[SPP_LOG_LIMIT_NAME])
{
	uint64_t left_out;
	unsigned int i;

	for (i = 0; i < SPP_LOG_LIMIT_SOURCES; i++) {
		left_out = limit->sources[i].left_out;
		if (left_out == 0 || !is_over(limit, i, now_s))
			continue;
		memcpy(name, limit->sources[i].name, SPP_LOG_LIMIT_NAME);
		limit->sources[i].left_out = 0;
		limit->sources[i].lines = 0;
		return left_out;
	}
	return 0;
}
