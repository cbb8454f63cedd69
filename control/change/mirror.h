/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `mirror` and `unmirror`: copies of what passes a port, put into the way it has and taken out
 * again. Used by spp_agent.
 *
 * A forward becomes a mirror and a forward again. Before or behind anything else a mirror of its
 * own, on the same core, is put in with a ring between; it is called mirror_nic0_rx. The first
 * copies for a port go there directly; from the second mirror on a merge called mirror_to_vhost5
 * collects them by rings. A VLAN operation is undone for the copies, so that they are what was at
 * the port.
 */
#ifndef SPP_CHANGE_MIRROR_H
#define SPP_CHANGE_MIRROR_H

#include <jansson.h>

#include "change/host.h"
#include "change/host_patch.h"
#include "spp/error.h"

/** What is mirrored of a port: what comes in by it, what leaves by it. */
#define MIRROR_RX 1u
#define MIRROR_TX 2u

/** @param to where copies go: a port of the same spp_vf or of another one, or a ring */
int host_mirror(const struct host *host, struct host_port at, struct host_port to,
		unsigned int sides, json_t *notes, struct spp_error *err);

/** @param to NULL: to wherever they go. @return how many mirrors sent copies that they no longer do
 */
unsigned int host_unmirror(const struct host *host, struct host_port at, const struct host_port *to,
			   unsigned int sides);

#endif
