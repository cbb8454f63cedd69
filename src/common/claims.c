/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Claims of ports. See claims.h.
 */
#include "common/claims.h"

#include "spp/port_text.h"

/* A claim: slot + 1, and above it the reason. 0: free. */
#define SLOT_BITS 8
#define SLOT_MASK ((1u << SLOT_BITS) - 1)

_Static_assert(SPP_VF_MAX < SLOT_MASK, "a slot fits into a claim");

static uint32_t
claim_of(unsigned int slot, enum spp_hold why)
{
	return (slot + 1) | (uint32_t)why << SLOT_BITS;
}

static bool
claim_is_of(uint32_t claim, unsigned int slot)
{
	return (claim & SLOT_MASK) == slot + 1;
}

static int
claim_refuse(const struct spp_share *share, struct spp_port port, uint32_t claim,
	     struct spp_error *err)
{
	/* how it goes on behind "... is held by spp_vf N" */
	static const char *const whys[] = {
		[SPP_HOLD_WIRING] = " until its wiring lets go of it or it ends",
		[SPP_HOLD_FILE] = ", whose configuration file names it, until that ends",
		[SPP_HOLD_GUEST] = ", whose wiring has let go of it, until the guest that is "
				   "connected to it goes or that spp_vf ends",
		[SPP_HOLD_WORKER] =
			", whose wiring has let go of it, until a worker lcore that does "
			"not answer does so, too, or that spp_vf ends",
		[SPP_HOLD_UPLINK] = ", which has it for an uplink, until that ends",
	};
	char name[SPP_PORT_TEXT_SIZE];

	return spp_error(err, EBUSY, "%s is held by spp_vf %u%s", spp_port_format(port, name),
			 share->process_id[(claim & SLOT_MASK) - 1], whys[claim >> SLOT_BITS]);
}

int
spp_claim(struct spp_share *share, struct spp_port port, unsigned int slot, enum spp_hold why,
	  struct spp_error *err)
{
	uint32_t *holder = &share->holder[spp_port_id(port)];
	uint32_t seen = 0;

	do {
		if (seen != 0 && !claim_is_of(seen, slot))
			return claim_refuse(share, port, seen, err);
		if (seen == claim_of(slot, SPP_HOLD_UPLINK) ||
		    (seen == claim_of(slot, SPP_HOLD_FILE) && why != SPP_HOLD_UPLINK))
			return 0;
	} while (!__atomic_compare_exchange_n(holder, &seen, claim_of(slot, why), false,
					      __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
	return 0;
}

void
spp_unclaim(struct spp_share *share, struct spp_port port, unsigned int slot)
{
	uint32_t *holder = &share->holder[spp_port_id(port)];
	uint32_t seen = __atomic_load_n(holder, __ATOMIC_ACQUIRE);

	while (claim_is_of(seen, slot) &&
	       !__atomic_compare_exchange_n(holder, &seen, 0, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_ACQUIRE))
		;
}

bool
spp_claim_holds(const struct spp_share *share, struct spp_port port, unsigned int slot)
{
	return claim_is_of(__atomic_load_n(&share->holder[spp_port_id(port)], __ATOMIC_ACQUIRE),
			   slot);
}

unsigned int
spp_claim_process(const struct spp_share *share, struct spp_port port, enum spp_hold *why)
{
	uint32_t claim = __atomic_load_n(&share->holder[spp_port_id(port)], __ATOMIC_ACQUIRE);

	if (why != NULL)
		*why = (enum spp_hold)(claim >> SLOT_BITS);
	return claim != 0 ? share->process_id[(claim & SLOT_MASK) - 1] : 0;
}

void
spp_claims_clear(struct spp_share *share, unsigned int slot)
{
	unsigned int i;

	for (i = 0; i < SPP_PORT_ID_MAX; i++)
		spp_unclaim(share, spp_port_from_id(i), slot);
}
