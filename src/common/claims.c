/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Claims of ports. See claims.h.
 */
#include "common/claims.h"

#include "common/claim_word.h"
#include "common/ring_claims.h"

int
spp_claim(struct spp_share *share, struct spp_port port, unsigned int slot, enum spp_hold why,
	  struct spp_error *err)
{
	uint32_t *holder, seen = 0;

	if (port.kind == SPP_PORT_RING)
		return spp_ring_claim(share, port, slot, why, err);
	holder = &share->holder[spp_port_id(port)];
	do {
		if (seen != 0 && !spp_claim_word_is_of(seen, slot))
			return spp_claim_word_refuse(share, port, "", seen, err);
		if (spp_claim_word_stays(seen, slot, why))
			return 0;
	} while (!__atomic_compare_exchange_n(holder, &seen, spp_claim_word(slot, why), false,
					      __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
	return 0;
}

void
spp_unclaim(struct spp_share *share, struct spp_port port, unsigned int slot)
{
	uint32_t *holder, seen;

	if (port.kind == SPP_PORT_RING) {
		spp_ring_unclaim(share, port, slot);
		return;
	}
	holder = &share->holder[spp_port_id(port)];
	seen = __atomic_load_n(holder, __ATOMIC_ACQUIRE);
	while (spp_claim_word_is_of(seen, slot) &&
	       !__atomic_compare_exchange_n(holder, &seen, 0, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_ACQUIRE))
		;
}

static uint32_t
claim_now(const struct spp_share *share, struct spp_port port)
{
	if (port.kind == SPP_PORT_RING)
		return spp_ring_claim_now(share, port);
	return __atomic_load_n(&share->holder[spp_port_id(port)], __ATOMIC_ACQUIRE);
}

bool
spp_claim_holds(const struct spp_share *share, struct spp_port port, unsigned int slot)
{
	return spp_claim_word_is_of(claim_now(share, port), slot);
}

unsigned int
spp_claim_process(const struct spp_share *share, struct spp_port port, enum spp_hold *why)
{
	uint32_t claim = claim_now(share, port);

	if (why != NULL)
		*why = spp_claim_word_why(claim);
	return spp_claim_word_process(share, claim);
}

void
spp_claims_clear(struct spp_share *share, unsigned int slot)
{
	unsigned int i;

	for (i = 0; i < SPP_END_MAX; i++)
		spp_unclaim(share, spp_port_from_id(i), slot);
	spp_ring_claims_clear(share, slot);
}
