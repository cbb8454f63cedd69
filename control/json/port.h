/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A port in rx_ports or tx_ports, as JSON: "ring0", or with what is done to VLAN tags there, and
 * what is not taken from a guest: {"port": "vhost0", "vlan": {"operation": "add", "id": 101,
 * "pcp": 3}, "filter": "reserved"}.
 *
 * Decoded for request, encoded for status: what status shows can be sent again.
 */
#ifndef SPP_CONTROL_PORT_JSON_H
#define SPP_CONTROL_PORT_JSON_H

#include <stddef.h>

#include "spp/model.h"
#include "wiring/fault.h"

struct json_t;

/** "a string", "an object", ...: a kind of JSON value in an error message. */
const char *spp_json_kind(const struct json_t *value);

/** @param member the array it stands in; @param index where: both for the error */
int spp_port_json_decode(const struct json_t *value, const char *member, size_t index,
			 struct spp_attachment *out, struct spp_fault *fault);

/** A string where there is nothing but the port. NULL: out of memory. */
struct json_t *spp_port_json_encode(const struct spp_attachment *attachment);

#endif
