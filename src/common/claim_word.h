/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A claim as it stands in the share: a slot, and why its VF has the port. 0: nobody has it.
 */
#ifndef SPP_CLAIM_WORD_H
#define SPP_CLAIM_WORD_H

#include "spp/host.h"

#include "common/share.h"

#define SPP_CLAIM_SLOT_BITS 8
#define SPP_CLAIM_SLOT_MASK ((1u << SPP_CLAIM_SLOT_BITS) - 1)

_Static_assert(SPP_VF_MAX < SPP_CLAIM_SLOT_MASK, "a slot fits into a claim");

static inline uint32_t
spp_claim_word(unsigned int slot, enum spp_hold why)
{
	return (slot + 1) | (uint32_t)why << SPP_CLAIM_SLOT_BITS;
}

static inline bool
spp_claim_word_is_of(uint32_t claim, unsigned int slot)
{
	return (claim & SPP_CLAIM_SLOT_MASK) == slot + 1;
}

static inline enum spp_hold
spp_claim_word_why(uint32_t claim)
{
	return (enum spp_hold)(claim >> SPP_CLAIM_SLOT_BITS);
}

/** Process id of the VF, 0: nobody. */
static inline unsigned int
spp_claim_word_process(const struct spp_share *share, uint32_t claim)
{
	uint32_t slot = (claim & SPP_CLAIM_SLOT_MASK) - 1; /* others may have written anything */

	return slot < SPP_VF_MAX ? share->process_id[slot] : 0;
}

/** Whether a claim that the slot has is to stay as it is, though it asks for the port anew. */
static inline bool
spp_claim_word_stays(uint32_t claim, unsigned int slot, enum spp_hold why)
{
	return claim == spp_claim_word(slot, SPP_HOLD_UPLINK) ||
	       (claim == spp_claim_word(slot, SPP_HOLD_FILE) && why != SPP_HOLD_UPLINK);
}

/** -EBUSY: who has it, and until when. @param end "" or " (its rx end)" */
int spp_claim_word_refuse(const struct spp_share *share, struct spp_port port, const char *end,
			  uint32_t claim, struct spp_error *err);

#endif
