/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What waits for a port. See backlog.h.
 */
#include "packet/backlog.h"

#include <rte_cycles.h>

#include "packet/turn.h"

/* A full ring is looked at again after that time, not in each round. */
#define RETRY_US 5

static enum spp_drop
full_of(const struct spp_hop_tx *tx)
{
	return tx->copies ? SPP_DROP_MIRROR_FULL : tx->dp->full;
}

static void
backlog_advance(struct spp_backlog *backlog, uint16_t nb)
{
	backlog->first = (backlog->first + nb) % SPP_BACKLOG_MAX;
	/* release: control, which sees 0, also sees that the port is no longer used */
	__atomic_store_n(&backlog->nb, backlog->nb - nb, __ATOMIC_RELEASE);
}

/* The first nb of them. */
static void
backlog_drop(struct spp_worker *w, struct spp_backlog *backlog, uint16_t port_id, uint16_t nb)
{
	uint16_t i;

	for (i = 0; i < nb; i++)
		spp_drop(&backlog->pkts[(backlog->first + i) % SPP_BACKLOG_MAX], 1,
			 w->port[port_id].tx_drops, backlog->full);
	backlog_advance(backlog, nb);
}

/* One piece of the ring after the other, until the port has no more room. True when it took some.
 */
static bool
backlog_offer(struct spp_worker *w, struct spp_backlog *backlog, uint16_t port_id)
{
	uint16_t piece, done, all = 0;

	while (backlog->nb > 0) {
		piece = RTE_MIN(backlog->nb, (uint16_t)(SPP_BACKLOG_MAX - backlog->first));
		piece = RTE_MIN(piece, (uint16_t)SPP_VECTOR_SIZE);
		done = spp_dp_tx(backlog->dp, &backlog->pkts[backlog->first], piece,
				 &w->port[port_id]);
		backlog_advance(backlog, done);
		all += done;
		if (done < piece)
			break;
	}
	return all > 0;
}

static void
backlog_try(struct spp_worker *w, struct spp_backlog *backlog, uint16_t port_id, uint64_t now)
{
	bool took = backlog_offer(w, backlog, port_id);

	if (!took && now - backlog->last_took >= w->cycles_per_us * SPP_BACKLOG_US) {
		/* it may be only the first one that the port cannot take */
		backlog_drop(w, backlog, port_id, 1);
		took = backlog_offer(w, backlog, port_id);
		backlog->stuck = !took;
		if (!took)
			backlog_drop(w, backlog, port_id, backlog->nb);
	}
	if (took)
		backlog->last_took = now;
	backlog->next_try = now + w->cycles_per_us * RETRY_US;
}

static void
backlog_begin(struct spp_worker *w, struct spp_backlog *backlog, const struct spp_hop_tx *tx)
{
	backlog->dp = tx->dp;
	backlog->full = full_of(tx);
	backlog->first = 0;
	backlog->last_took = rte_rdtsc();
	backlog->next_try = backlog->last_took + w->cycles_per_us * RETRY_US;
	w->waiting[w->nb_waiting++] = tx->port_id;
}

/* The port has no room: what may, waits behind what waits already. */
static void
backlog_keep(struct spp_worker *w, const struct spp_hop_tx *tx, uint16_t max,
	     struct rte_mbuf **pkts, uint16_t nb)
{
	struct spp_backlog *backlog = &w->env->backlog[tx->port_id];
	uint16_t i, kept = 0;

	if (!backlog->stuck && backlog->nb < max)
		kept = RTE_MIN(nb, (uint16_t)(max - backlog->nb));
	if (kept > 0 && backlog->nb == 0)
		backlog_begin(w, backlog, tx);
	for (i = 0; i < kept; i++)
		backlog->pkts[(backlog->first + backlog->nb + i) % SPP_BACKLOG_MAX] = pkts[i];
	__atomic_store_n(&backlog->nb, backlog->nb + kept, __ATOMIC_RELEASE);
	if (kept < nb)
		spp_drop(pkts + kept, nb - kept, w->port[tx->port_id].tx_drops, full_of(tx));
}

void
spp_backlog_send(struct spp_worker *w, const struct spp_snapshot *snap, const struct spp_hop_tx *tx,
		 struct rte_mbuf **pkts, uint16_t nb)
{
	struct spp_backlog *backlog = &w->env->backlog[tx->port_id];
	uint16_t done = 0;

	if (likely(backlog->nb == 0)) {
		done = spp_dp_tx(tx->dp, pkts, nb, &w->port[tx->port_id]);
		if (unlikely(backlog->stuck) && done > 0)
			backlog->stuck = false;
		if (likely(!tx->copies))
			spp_turn_after(w, tx->dp);
		if (likely(done == nb))
			return;
	}
	backlog_keep(w, tx, snap->backlog_max, pkts + done, nb - done);
}

unsigned int
spp_backlog_retry(struct spp_worker *w)
{
	struct spp_backlog *backlog;
	uint64_t now = rte_rdtsc();
	unsigned int moved = 0;
	uint16_t i, before, kept = 0;

	for (i = 0; i < w->nb_waiting; i++) {
		backlog = &w->env->backlog[w->waiting[i]];
		before = backlog->nb;
		if (now >= backlog->next_try)
			backlog_try(w, backlog, w->waiting[i], now);
		moved += before - backlog->nb;
		if (backlog->nb > 0)
			w->waiting[kept++] = w->waiting[i];
	}
	w->nb_waiting = kept;
	return moved;
}

void
spp_backlog_drop(struct spp_worker *w)
{
	struct spp_backlog *backlog;
	uint16_t i;

	for (i = 0; i < w->nb_waiting; i++) {
		backlog = &w->env->backlog[w->waiting[i]];
		backlog_drop(w, backlog, w->waiting[i], backlog->nb);
	}
	w->nb_waiting = 0;
}
