/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The ends of rings that this VF has, for the wirings in which the other end is another VF's.
 * Control thread only.
 */
#ifndef SPP_RING_PORTS_H
#define SPP_RING_PORTS_H

#include "spp/error.h"
#include "spp/model.h"

#include "common/share.h"
#include "packet/ring_end.h"

struct rte_mempool;

struct spp_ring_ports {
	struct spp_share *share;
	unsigned int slot;
	struct rte_mempool *mbufs;
	uint32_t frame_max;
	/** Made when the VF first has the end; they stay. */
	struct spp_ring_end *end[SPP_RING_MAX][SPP_RING_ENDS];
};

/** `queue` of the port is its end, here and below. */
int spp_ring_ports_open(struct spp_ring_ports *rings, struct spp_port port, struct spp_error *err);
/** It is ours for good, and a worker about to have it: whoever sends to it is told so by now. */
void spp_ring_ports_begin(struct spp_ring_ports *rings, struct spp_port port);
/** Before a wiring is published in which that worker receives from the port, if that is a ring's
 * end here. */
void spp_ring_ports_read_by(struct spp_ring_ports *rings, const struct spp_dp_port *dp,
			    void *sleeper);
/** No worker uses the end; the claim is still ours. */
void spp_ring_ports_close(struct spp_ring_ports *rings, struct spp_port port);

/** Orderly end: no worker uses any. Whoever has the other ends sees it now. */
void spp_ring_ports_fini(struct spp_ring_ports *rings);

/** NULL: this VF never had the end, or spp_primary has no areas. */
struct spp_dp_port *spp_ring_ports_dp(const struct spp_ring_ports *rings, struct spp_port port);

/** The ring has an area, in which packets may wait. */
bool spp_ring_ports_has_area(const struct spp_ring_ports *rings, unsigned int ring);
/** It has one, and nobody is at this end of it. */
bool spp_ring_ports_is_left(const struct spp_ring_ports *rings, struct spp_port end);
/** Bytes that wait in its area. */
uint32_t spp_ring_ports_waiting(const struct spp_ring_ports *rings, unsigned int ring);
/** Both ends are wired here, no worker uses the area, and nothing waits in it: it is given back. */
void spp_ring_ports_home(struct spp_ring_ports *rings, unsigned int ring);

#endif
