/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What `sppctl top` shows on a terminal: what matters first (rates, drops with their reason, busy
 * cores), then the rest. Used by top, which scrolls it.
 */
#ifndef SPP_CTL_TOP_VIEW_H
#define SPP_CTL_TOP_VIEW_H

#include <jansson.h>
#include <stdio.h>

enum ctl_top_sort {
	CTL_TOP_BY_NAME, /**< in the order of their numbers */
	CTL_TOP_BY_RATE,
	CTL_TOP_BY_DROPS,
	CTL_TOP_BY_BUSY, /**< cores; ports as by rate */
};

/** "name", "rate" ... */
const char *ctl_top_sort_name(enum ctl_top_sort sort);

/**
 * Lines, some of which begin with a mark of grid.h.
 * @param now    name -> info of a status
 * @param before the same of the look before; NULL: this is the first, no rates
 * @param width  of the terminal, which no line of a table goes beyond
 */
void ctl_top_view(FILE *out, json_t *now, const json_t *before, enum ctl_top_sort sort,
		  unsigned int width);

#endif
