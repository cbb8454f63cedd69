/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Packets that would go round between several spp_vf: no flush of one of them can see that. Used by
 * topo.
 */
#ifndef SPP_CTL_TOPO_LOOP_H
#define SPP_CTL_TOPO_LOOP_H

#include <jansson.h>
#include <stdbool.h>

/** What leaves a spp_vf by this ring may come to it again. @param infos name -> info */
bool topo_loops(const json_t *infos, const char *ring);

#endif
