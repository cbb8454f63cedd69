/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A wiring, or one component of it, written down: as commands for spp_vf, and as a line for a
 * person. Used by sppctl (`dump`) and diff.
 */
#ifndef SPP_CHANGE_DUMP_H
#define SPP_CHANGE_DUMP_H

#include <jansson.h>
#include <stddef.h>

#include "change/wiring.h"

/** {"version":1,"process":N,"commands":[...]}: what `apply` takes, and what a spp_vf saves. */
json_t *wiring_dump(const struct wiring *wiring);

/** "forward ring0 -> vhost0 (web1)"; the labels are the model's. @return text */
const char *wiring_component_text(const struct spp_model *model,
				  const struct spp_component *component, char *text, size_t size);

#endif
