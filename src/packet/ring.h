/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Over a ring to the component behind it: a hand-over (handover.h) of the vector itself.
 *
 * A ring holds packets, not vectors. While its consumer keeps up each vector goes to it at once,
 * however few packets it has. Once SPP_RING_AHEAD vectors are on the way nothing is gained by that:
 * the next one stays with the worker that sends and is filled up, until it is full or the consumer
 * has caught up. So single packets, which a fast worker polls one by one, do not use up the ring,
 * or the credits of the event device, before 2,048 of them wait.
 */
#ifndef SPP_RING_H
#define SPP_RING_H

#include "packet/worker.h"

/** Packets that a ring holds; what comes on top is dropped and counted ring_full (a mirror's
 *  copies mirror_full). */
#define SPP_RING_PACKETS 2048
/** Vectors on the way to the consumer from which on the next one is filled up. */
#define SPP_RING_AHEAD 8
/** Vectors that may thus be on the way to one consumer. */
#define SPP_RING_VECTORS (SPP_RING_AHEAD + SPP_RING_PACKETS / SPP_VECTOR_SIZE + 1)

/**
 * Send the vector of a batch on by a tx port that is a ring. Consumes the vector.
 * @return true when the event it came with was forwarded with it
 */
bool spp_ring_send(struct spp_worker *w, const struct spp_snapshot *snap,
		   const struct spp_hop_tx *tx, struct rte_event_vector *vec,
		   const struct spp_batch *from);

/**
 * Once a round: vectors that were being filled go, where the consumer has caught up.
 * @param all in any case: a flush waits for them
 */
void spp_ring_flush(struct spp_worker *w, bool all);

#endif
