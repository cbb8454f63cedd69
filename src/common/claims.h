/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which VF has a port, and why: the table spp_share.holder. A VF takes a free port (0) for its slot
 * and gives it back, by compare and exchange; the primary clears what a dead VF had. Any thread.
 *
 * Of a ring each end is claimed by itself: `queue` of the port is an enum spp_ring_side. When its
 * ends come to be in two VFs it gets an area (ring_claims.h).
 */
#ifndef SPP_CLAIMS_H
#define SPP_CLAIMS_H

#include "spp/host.h"

#include "common/share.h"

/**
 * Take a port for a slot. One that the slot has already is its own, and held for this reason from
 * now on, unless its configuration file names it or it is of an uplink.
 *
 * @return 0, or -EBUSY with the holder named and when the port will be free; -ENOSPC: a ring whose
 *         other end is another VF's, and there is no area for it
 */
int spp_claim(struct spp_share *share, struct spp_port port, unsigned int slot, enum spp_hold why,
	      struct spp_error *err);
/** Give it back; nothing happens when the slot does not have it. */
void spp_unclaim(struct spp_share *share, struct spp_port port, unsigned int slot);

bool spp_claim_holds(const struct spp_share *share, struct spp_port port, unsigned int slot);
/** Process id of the VF that has it, 0: nobody. @param why may be NULL */
unsigned int spp_claim_process(const struct spp_share *share, struct spp_port port,
			       enum spp_hold *why);
/** Primary: the slot's VF is gone; all it had is free. */
void spp_claims_clear(struct spp_share *share, unsigned int slot);

#endif
