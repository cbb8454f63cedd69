/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An end of a ring whose other end is not in this VF: to the wiring a port as a vhost is, with tx
 * (backlog.h) or with rx, arm and disarm (poll.h).
 *
 * Nobody tells a VF that another one has taken the other end: from then on the ring has an area
 * (common/ring_claims.h), for which each burst looks, by one load, until there is one. Until then
 * nothing comes in, and what is sent has no consumer. The end of adapters/ring behind it is made
 * beforehand, so that a worker has nothing to allocate.
 *
 * Memory of an end stays as long as the process: a worker that slept on it disarms it late.
 */
#ifndef SPP_RING_END_H
#define SPP_RING_END_H

#include "spp/dp/shared_ring.h"

struct spp_share;

struct spp_ring_end {
	struct spp_dp_port dp;
	struct spp_dp_port *inner; /**< of adapters/ring */
	const struct spp_share *share;
	struct spp_shared_ring *area; /**< once attached */
	uint16_t ring;
	bool met; /**< tx: a reader was there once since. Worker, or control while none has: rw */
	/** rx: of the worker that has the end. Control: rw, that worker: ro (atomic) */
	void *sleeper;
	/** inner is at the ring's area. The worker that has the end, or control while none has:
	 * rw; a late disarm: ro (atomic) */
	bool attached;
};

/** Control: as the end of a ring. */
void spp_ring_end_init(struct spp_ring_end *end, const struct spp_share *share, uint16_t ring,
		       struct spp_dp_port *inner);
/** Control, while no worker has the end: take the ring's area, if there is one by now. */
void spp_ring_end_look(struct spp_ring_end *end);
/** Control, before a wiring is published in which that worker receives from it. */
void spp_ring_end_read_by(struct spp_ring_end *end, void *sleeper);
/** Control, when no worker uses it: it is no longer ours. */
void spp_ring_end_close(struct spp_ring_end *end);

#endif
