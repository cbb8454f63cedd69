/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines for the operator about vhost ports, and librte_vhost's own silenced, since a guest sets
 * the pace of both. Called by adapters/vhost.c; knows nothing of guests or packets.
 */
#include <stdarg.h>
#include <stdio.h>

#include <rte_log.h>

#include "spp/limits.h"

#include "vhost_log.h"

#define WINDOW_S  60
#define LINES_MAX 20

void
spp_vhost_log_line(struct spp_vhost_log *log, int priority, const char *fmt, ...)
{
	char line[SPP_ERROR_SIZE];
	struct timespec now;
	va_list ap;
	size_t used;

	if (log->write == NULL)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (log->window == 0 || now.tv_sec - log->window >= WINDOW_S) {
		log->window = now.tv_sec;
		log->lines = 0;
	}
	if (log->lines == LINES_MAX)
		return;
	log->lines++;
	/* A socket path has at most 107 characters: the prefix fits. */
	used = (size_t)snprintf(line, sizeof(line), "vhost%u %s: ", log->index, log->path);
	va_start(ap, fmt);
	used += (size_t)vsnprintf(line + used, sizeof(line) - used, fmt, ap);
	va_end(ap);
	if (log->lines == LINES_MAX && used < sizeof(line))
		snprintf(line + used, sizeof(line) - used,
			 " (its further lines within %d s are left out)", WINDOW_S);
	log->write(priority, line);
}

static void
quieten(const char *type_name, int as_shipped, uint32_t level)
{
	int type = rte_log_register(type_name);

	if (type >= 0 && rte_log_get_level((uint32_t)type) == as_shipped)
		rte_log_set_level((uint32_t)type, level);
}

void
spp_vhost_log_quieten_library(void)
{
	quieten("lib.vhost.config", RTE_LOG_INFO, RTE_LOG_ERR);
	quieten("lib.vhost.data", RTE_LOG_WARNING, RTE_LOG_CRIT);
}
