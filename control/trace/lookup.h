/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the classifier table says of an address, as src/packet/mac_table.h does for packets.
 * Used by walk, and by who explains its outcome. Pure; reads each entry once.
 */
#ifndef SPP_TRACE_LOOKUP_H
#define SPP_TRACE_LOOKUP_H

#include <stdbool.h>

#include "spp/model.h"

/** A place in model->entries, or this: none. */
#define SPP_TRACE_NO_ENTRY (-1)

/**
 * Of a unicast address: its own entry in that VLAN, else the default of the VLAN, else the default.
 * @param vid SPP_VID_NONE: untagged
 */
int spp_trace_find(const struct spp_model *model, const uint8_t dst[6], uint16_t vid);

/**
 * Ports that multicast goes to: those with an entry of that VLAN; of a VLAN without any, that of
 * the default.
 *
 * @param ports by spp_port_id()
 * @param fallback it is the default's
 * @return whether there is one
 */
bool spp_trace_group(const struct spp_model *model, uint16_t vid, bool ports[SPP_PORT_ID_MAX],
		     bool *fallback);

/** Where unknown unicast of a VLAN goes: its default, else the one of all; SPP_TRACE_NO_ENTRY. */
int spp_trace_default(const struct spp_model *model, uint16_t vid);

/** Where what is sent to a port ends: behind a ring over forwards and merges. */
struct spp_port spp_trace_end_of(const struct spp_model *model, struct spp_port port);

/** Some entry of the address in that VLAN leads to where `end` is. */
bool spp_trace_is_from(const struct spp_model *model, const uint8_t src[6], uint16_t vid,
		       struct spp_port end);

/** An entry of this address in another VLAN than vid, or SPP_TRACE_NO_ENTRY. */
int spp_trace_find_elsewhere(const struct spp_model *model, const uint8_t dst[6], uint16_t vid);

#endif
