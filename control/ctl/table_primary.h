/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The status of spp_primary as tables. Used by status and top.
 */
#ifndef SPP_CTL_TABLE_PRIMARY_H
#define SPP_CTL_TABLE_PRIMARY_H

#include <jansson.h>
#include <stdio.h>

/** @param before the same at an earlier time, or NULL: then no rates */
void ctl_table_primary(FILE *out, const json_t *info, const json_t *before);

#endif
