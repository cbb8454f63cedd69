/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The status of one spp_vf as tables. Used by status and top.
 */
#ifndef SPP_CTL_TABLE_VF_H
#define SPP_CTL_TABLE_VF_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/** @param before the same at an earlier time, or NULL: then no rates */
void ctl_table_vf(FILE *out, const char *name, const json_t *info, const json_t *before);

/** What has no figures: where the wiring is saved, idle cores, unused ports. */
void ctl_table_vf_rest(FILE *out, const char *name, const json_t *info);

/** A port of the status is wired to a component, or once was and has counted something; or
 * something is wrong with it. */
bool ctl_table_vf_uses(const json_t *info, const json_t *port);

#endif
