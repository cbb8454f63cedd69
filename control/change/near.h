/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The known word that is nearest to a misspelt one, for "did you mean". Used by sppctl and by
 * spp_agent's changes.
 */
#ifndef SPP_NEAR_H
#define SPP_NEAR_H

#include <stddef.h>

/** Of the words known(arg, 0), known(arg, 1) ... NULL the nearest one, or NULL: none is near. */
const char *spp_near_word(const char *word, const char *(*known)(const void *arg, size_t i),
			  const void *arg);

#endif
