/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Drops what goes to a reserved address. See filter.h.
 */
#include "packet/filter.h"

#include "spp/dp/reserved.h"

uint16_t
spp_filter_apply(struct rte_mbuf **pkts, uint16_t nb, uint64_t drops[SPP_DROP_NB])
{
	bool found = false;
	uint16_t i, kept = 0;

	for (i = 0; i < nb; i++)
		found |= spp_frame_is_reserved(pkts[i]);
	if (likely(!found))
		return nb;
	for (i = 0; i < nb; i++) {
		if (spp_frame_is_reserved(pkts[i]))
			spp_drop(&pkts[i], 1, drops, SPP_DROP_RESERVED);
		else
			pkts[kept++] = pkts[i];
	}
	return kept;
}
