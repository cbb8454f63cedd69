/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Cores, and the components on them. Used by spp_agent (`move`), and by plug and patch for what
 * they add.
 */
#ifndef SPP_CHANGE_CORE_H
#define SPP_CHANGE_CORE_H

#include <stdbool.h>

#include "change/wiring.h"
#include "spp/error.h"

/** Put a component with one rx and one tx port on a free core. @return it, NULL: err */
struct spp_component *wiring_add(struct wiring *wiring, unsigned int type, struct spp_port rx,
				 struct spp_port tx, struct spp_error *err);

/**
 * The same with a name, so that it may be on a core that has one already.
 * @param beside position of the component on whose core it is to be; -1: on a free core, if there
 *               is one
 */
struct spp_component *wiring_add_named(struct wiring *wiring, unsigned int type, const char *name,
				       int beside, struct spp_port rx, struct spp_port tx,
				       struct spp_error *err);

/** All that comes by its one rx port goes to its first tx port: a forward, or one that `mirror`
 * made a mirror. */
bool wiring_is_forward(const struct spp_component *component);

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
