/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `patch` and `unpatch`: two ports joined directly. Used by spp_agent.
 */
#ifndef SPP_CHANGE_PATCH_H
#define SPP_CHANGE_PATCH_H

#include <jansson.h>
#include <stdbool.h>

#include "change/wiring.h"
#include "spp/error.h"

/** @param notes lines that the user should know are added here */
int wiring_patch(struct wiring *wiring, struct spp_port a, struct spp_port b, json_t *notes,
		 struct spp_error *err);

/** What a port is patched to in its own process. @return false: nothing */
bool wiring_patched_to(const struct wiring *wiring, struct spp_port a, struct spp_port *b);

/** @param b NULL: whatever a is patched to */
int wiring_unpatch(struct wiring *wiring, struct spp_port a, const struct spp_port *b,
		   json_t *notes, struct spp_error *err);

#endif
