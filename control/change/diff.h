/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What differs between two wirings. Used by spp_agent (the message it sends) and sppctl (`diff`).
 */
#ifndef SPP_CHANGE_DIFF_H
#define SPP_CHANGE_DIFF_H

#include <jansson.h>

#include "change/wiring.h"

/** The commands that make `to` of `from`, without a flush; empty: they are the same. */
json_t *wiring_commands(const struct wiring *from, const struct wiring *to);

/** The same for a person: "+ core 4  forward  ring0 -> vhost0". */
json_t *wiring_lines(const struct wiring *from, const struct wiring *to);

#endif
