/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Reasons to drop, in words. Used by sppctl; the remedies are those of spp/remedy.h.
 */
#ifndef SPP_TRACE_REMEDY_H
#define SPP_TRACE_REMEDY_H

#include "spp/drop.h"

/** "no_guest", as status has it. */
const char *spp_drop_name(enum spp_drop reason);
/** What the reason means, in half a line. */
const char *spp_drop_text(enum spp_drop reason);
/** What causes it, and what helps. */
const char *spp_drop_remedy(enum spp_drop reason);

#endif
