/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Cores, and the components on them. Used by spp_agent (`move`), and by plug and patch for what
 * they add.
 */
#ifndef SPP_CHANGE_CORE_H
#define SPP_CHANGE_CORE_H

#include "change/wiring.h"
#include "spp/error.h"

/** Put a component with one rx and one tx port on a free core. @return it, NULL: err */
struct spp_component *wiring_add(struct wiring *wiring, unsigned int type, struct spp_port rx,
				 struct spp_port tx, struct spp_error *err);

/** The component that a word means: "4", "core4", a name, or a type of which there is one.
 * @return position or -errno */
int wiring_find(const struct wiring *wiring, const char *word, struct spp_error *err);

/**
 * Put a component on another core.
 * @param word      which one, as for wiring_find()
 * @param core_word "4" or "core4"
 */
int wiring_move(struct wiring *wiring, const char *word, const char *core_word,
		struct spp_error *err);

#endif
