/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which spp_vf a change concerns beside the one it is asked of. Used by the commands that change
 * something.
 */
#ifndef SPP_CTL_INVOLVE_H
#define SPP_CTL_INVOLVE_H

#include <jansson.h>

/**
 * Fill `with`, `other_to` and `rings_taken` into a request for a change, if there are several.
 * @param infos name -> info
 * @param name  whom the request is for, as `port` is its
 * @param other whose the other port, or the NIC, is; NULL: its own
 * @param other_port the other port; NULL: none, or a NIC
 */
void ctl_involve(const json_t *infos, const char *name, const char *port, const char *other,
		 const char *other_port, json_t *request);

#endif
