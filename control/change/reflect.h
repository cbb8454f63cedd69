/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A wiring that reflects: a classifier whose packets come in by a NIC or vhost to which it also
 * sends what it knows no other place for. Used by spp_agent (after each change) and by sppctl's
 * `send`. Pure.
 */
#ifndef SPP_CHANGE_REFLECT_H
#define SPP_CHANGE_REFLECT_H

#include <jansson.h>

#include "change/wiring.h"

/** Add a warning for each classifier that sends `default` or multicast back to where it came from,
 * directly or over rings, and for each port of a switch by which that happens over rings. */
void wiring_note_reflections(const struct wiring *wiring, json_t *notes);

#endif
