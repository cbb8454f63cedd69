/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Who has the ends of a ring, and its area.
 *
 * All of a ring is one word of spp_share.ring: the claim of its rx end, that of its tx end, and the
 * area it has, so each change is one compare and exchange. An area is given to a ring by the claim
 * that finds the other end another VF's: a ring with one end only, of which a host in the midst of
 * its wiring has many, takes none. It keeps it, with what waits in it, until nobody has an end of
 * it, or both ends are in one VF again (spp_ring_home()). Whoever takes one makes it empty first.
 *
 * The VF that had the first end is told by nobody: its end looks at the word until there is an area
 * (packet/ring_end.h). Its workers that sleep are woken.
 *
 * A free area is taken, and one given back, by a word of its own (spp_share.area) that names the
 * slot which does it: what a VF had in its hands when it was killed the primary finds by that.
 */
#ifndef SPP_RING_CLAIMS_H
#define SPP_RING_CLAIMS_H

#include "spp/host.h"

#include "common/share.h"

/** As spp_claim(). `queue` of the port is its end, here and below. Control thread, primary. */
int spp_ring_claim(struct spp_share *share, struct spp_port port, unsigned int slot,
		   enum spp_hold why, struct spp_error *err);
/** As spp_unclaim(). No worker uses the end any more. */
void spp_ring_unclaim(struct spp_share *share, struct spp_port port, unsigned int slot);
/** The claim (claim_word.h). Any thread. */
uint32_t spp_ring_claim_now(const struct spp_share *share, struct spp_port port);
/** Primary: the slot's VF is gone. Its ends are free, and the areas they were at know it. */
void spp_ring_claims_clear(struct spp_share *share, unsigned int slot);

/** Its area, or -1: it has none. Any thread. */
int spp_ring_area_of(const struct spp_share *share, unsigned int ring);
/** Both ends are this slot's, and it has an area still: take it away. Nobody uses it. */
void spp_ring_home(struct spp_share *share, unsigned int ring, unsigned int slot);
/** Both ends are this slot's. */
bool spp_ring_is_home(const struct spp_share *share, unsigned int ring, unsigned int slot);

#endif
