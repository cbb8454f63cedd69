/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What only a switch has, in JSON: "pairs", "source_check" of the whole component. And the ports of
 * a table entry. Used by request, dump and status.
 */
#ifndef SPP_CONTROL_JSON_SWITCH_H
#define SPP_CONTROL_JSON_SWITCH_H

#include <jansson.h>

#include "spp/model.h"
#include "wiring/fault.h"

/** Into a component that has its rx ports already. */
int spp_switch_json_decode(const json_t *json, struct spp_component *component,
			   struct spp_fault *fault);
/** Add the members to a component's object, where there is something to say. */
void spp_switch_json_encode(const struct spp_component *component, json_t *object);

/** "vhost0", or ["vhost0", "vhost1"]. */
int spp_entry_ports_json_decode(const json_t *json, struct spp_table_entry *entry,
				struct spp_fault *fault);
json_t *spp_entry_ports_json_encode(const struct spp_table_entry *entry);

#endif
