/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines for the operator about vhost ports, and librte_vhost's own silenced. See vhost/log.h.
 */
#include <stdarg.h>
#include <stdio.h>

#include <rte_log.h>

#include "spp/limits.h"

#include "vhost/log.h"

void
spp_vhost_log_line(const struct spp_vhost_log *log, int priority, const char *fmt, ...)
{
	char line[SPP_ERROR_SIZE];
	va_list ap;
	int used;

	if (log->write == NULL)
		return;
	/* A socket path has at most 107 characters: the prefix fits. */
	used = snprintf(line, sizeof(line), "%s %s: ", log->source, log->path);
	va_start(ap, fmt);
	vsnprintf(line + used, sizeof(line) - (size_t)used, fmt, ap);
	va_end(ap);
	log->write(log->source, priority, line);
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
