/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Files that sppctl reads: all of one into memory, and the wiring file of dump, diff and apply.
 * Used by send, diff, apply and trace.
 */
#ifndef SPP_CTL_FILE_H
#define SPP_CTL_FILE_H

#include <jansson.h>
#include <stddef.h>

#include "spp/error.h"

/** Whole file, or standard input for "-". *out is malloc'ed. */
int ctl_file_read(const char *file, char **out, size_t *size, struct spp_error *err);

/** What to call it in a message. */
const char *ctl_file_shown(const char *file);

/** One JSON object. */
int ctl_file_parse(const char *file, const char *text, size_t size, json_t **out,
		   struct spp_error *err);

/** Both: the JSON object that a file is. */
int ctl_file_object(const char *file, json_t **out, struct spp_error *err);

/** Is it a wiring file? */
int ctl_file_check_wiring(const char *file, const json_t *object, struct spp_error *err);

/** A wiring file: {"version":1,"process":N,"commands":[...]}, or one of several spp_vf:
 * {"version":1,"processes":[...]} with such objects. */
int ctl_file_wirings(const char *file, json_t **out, struct spp_error *err);

#endif
