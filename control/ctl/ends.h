/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The ends of rings between spp_vf, as their status tells them: `ringN` is rx port in one, and tx
 * port in another. Used by the commands that change something, and by topo.
 */
#ifndef SPP_CTL_ENDS_H
#define SPP_CTL_ENDS_H

#include <jansson.h>
#include <stdbool.h>

/** Position in info.core of the component that has the port on its side "rx" or "tx"; -1. */
int ctl_ends_user(const json_t *info, const char *port, const char *side);

/**
 * The spp_vf in which the ring has its end of this side ("rx", "tx") alone.
 * @param infos name -> info
 * @param vf    one that has the other end; when it has both, the ring is its own
 * @return its name, or NULL: there is none
 */
const char *ctl_ends_other(const json_t *infos, const char *vf, const char *ring, const char *side);

#endif
