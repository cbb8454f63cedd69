/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The packets of a vector go to different places: those the classifier put to one tx port are sent
 * together. Called by worker_io.c.
 */
#include "worker.h"

static void
split_drop(uint64_t drops[], struct spp_sorted *sorted, enum spp_place place, enum spp_drop reason)
{
	if (unlikely(sorted->nb[place] > 0))
		spp_drop(sorted->pkts[place], sorted->nb[place], drops, reason);
}

void
spp_worker_split(struct spp_worker *w, const struct spp_snapshot *snap, uint8_t queue,
		 struct spp_sorted *sorted, unsigned int depth)
{
	const struct spp_hop *hop = &snap->hop[queue];
	uint16_t t, nb;

	for (t = 0; t < hop->nb_tx; t++) {
		nb = sorted->nb[SPP_PLACE_TX + t];
		if (nb > 0)
			spp_worker_send_some(w, snap, &hop->tx[t], sorted->pkts[SPP_PLACE_TX + t],
					     nb, depth);
	}
	split_drop(w->queue[queue].drops, sorted, SPP_PLACE_NO_ENTRY, SPP_DROP_NO_ENTRY);
	split_drop(w->queue[queue].drops, sorted, SPP_PLACE_NO_PORT, SPP_DROP_NO_PORT);
}
