/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A model as the commands that make it: the JSON dialect, outwards.
 *
 * Used by saved/state_file and by change/. What comes out is what request.h takes in; sent to a
 * spp_vf without wiring it gives the same model, the order of components and entries included.
 */
#ifndef SPP_CONTROL_DUMP_H
#define SPP_CONTROL_DUMP_H

#include "spp/model.h"

struct json_t;

/** Of a file that holds such commands: {"version":1,"process":N,"commands":[...]}. */
#define SPP_DUMP_VERSION 1

/** The command "component" that puts this one on its core. NULL: out of memory. */
struct json_t *spp_dump_component(const struct spp_component *component);

/** The command "classifier_table" that adds this entry. NULL: out of memory. */
struct json_t *spp_dump_entry(const struct spp_table_entry *entry);

#endif
