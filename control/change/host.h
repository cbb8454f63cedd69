/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Some spp_vf of a host, and what is wired between them: a ring whose ends are in two of them. Used
 * by spp_agent's changes, also of one spp_vf alone. Pure.
 */
#ifndef SPP_CHANGE_HOST_H
#define SPP_CHANGE_HOST_H

#include <jansson.h>
#include <stdbool.h>

#include "change/wiring.h"
#include "spp/error.h"
#include "spp/limits.h"
#include "wiring/model.h"

struct host {
	unsigned int nb;
	struct wiring *wirings[SPP_VF_MAX];
	bool taken[SPP_RING_MAX]; /**< rings that other spp_vf of the host use */
};

/** The spp_vf in whose wiring the ring has this end; `not` is not looked at. NULL: none. */
struct wiring *host_ring_end(const struct host *host, struct spp_port ring, enum spp_side side,
			     const struct wiring * not);

/** Rings between two spp_vf that none uses, highest numbers first: plug takes the lowest. */
int host_free_rings(const struct host *host, const struct wiring *a, const struct wiring *b,
		    struct spp_port *rings, unsigned int nb, struct spp_error *err);

/** The spp_vf to whose NIC a vhost of `guest` is plugged; itself when it is its own, or nobody's.
 */
struct wiring *host_wire_of(const struct host *host, struct wiring *guest, struct spp_port vhost);

#endif
