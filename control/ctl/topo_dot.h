/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The patch panel as a graph for graphviz. Used by topo.
 */
#ifndef SPP_CTL_TOPO_DOT_H
#define SPP_CTL_TOPO_DOT_H

#include <stdio.h>

#include "ctl/topo_view.h"

/** One spp_vf as a cluster; the caller writes what is around it. */
void topo_dot(FILE *out, const char *name, const struct topo *topo);

#endif
