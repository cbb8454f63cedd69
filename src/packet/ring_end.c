/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See ring_end.h.
 */
#include "packet/ring_end.h"

#include "common/ring_areas.h"
#include "common/ring_claims.h"

static bool
end_attach(struct spp_ring_end *end)
{
	void *sleeper;
	int area;

	if (end->attached)
		return true;
	area = spp_ring_area_of(end->share, end->ring);
	if (area < 0)
		return false;
	end->area = spp_ring_area((unsigned int)area);
	spp_shared_ring_attach(end->inner, end->area);
	sleeper = __atomic_load_n(&end->sleeper, __ATOMIC_RELAXED);
	if (sleeper != NULL)
		spp_shared_ring_read_by(end->inner, sleeper);
	__atomic_store_n(&end->attached, true, __ATOMIC_RELEASE);
	return true;
}

static uint16_t
end_rx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
       struct spp_port_counters *counters)
{
	struct spp_ring_end *end = (struct spp_ring_end *)dp;

	if (unlikely(!end->attached) && !end_attach(end))
		return 0;
	return end->inner->rx(end->inner, pkts, nb, counters);
}

/* Somebody has the rx end, and its worker was not there yet: it has been woken. */
static bool
reader_comes(const struct spp_ring_end *end)
{
	const struct spp_port rx = {
		.kind = SPP_PORT_RING, .queue = SPP_RING_RX, .index = end->ring};

	return !spp_shared_ring_has_reader(end->area) && spp_ring_claim_now(end->share, rx) != 0;
}

/* Until the first reader was there. */
static uint16_t
end_tx_first(struct spp_ring_end *end, struct rte_mbuf **pkts, uint16_t nb,
	     struct spp_port_counters *counters)
{
	if (!end_attach(end)) {
		spp_drop(pkts, nb, counters->tx_drops, SPP_DROP_NO_CONSUMER);
		return nb;
	}
	if (reader_comes(end))
		return 0; /* they wait: backlog.h */
	end->met = spp_shared_ring_has_reader(end->area);
	return end->inner->tx(end->inner, pkts, nb, counters);
}

static uint16_t
end_tx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
       struct spp_port_counters *counters)
{
	struct spp_ring_end *end = (struct spp_ring_end *)dp;

	if (unlikely(!end->met))
		return end_tx_first(end, pkts, nb, counters);
	return end->inner->tx(end->inner, pkts, nb, counters);
}

/* Whoever gives the ring its area wakes our workers then: the load of it is the look that comes
 * after the announcement (common/sleeper.h). */
static bool
end_arm(struct spp_dp_port *dp, void *sleeper)
{
	struct spp_ring_end *end = (struct spp_ring_end *)dp;

	return !end_attach(end) || end->inner->arm(end->inner, sleeper);
}

static void
end_disarm(struct spp_dp_port *dp, void *sleeper)
{
	struct spp_ring_end *end = (struct spp_ring_end *)dp;

	if (__atomic_load_n(&end->attached, __ATOMIC_ACQUIRE))
		end->inner->disarm(end->inner, sleeper);
}

/* Also when the end has been closed meanwhile: as a late disarm. */
static bool
end_behind(struct spp_dp_port *dp, int32_t cpu)
{
	struct spp_ring_end *end = (struct spp_ring_end *)dp;

	return __atomic_load_n(&end->attached, __ATOMIC_ACQUIRE) &&
	       end->inner->behind(end->inner, cpu);
}

void
spp_ring_end_init(struct spp_ring_end *end, const struct spp_share *share, uint16_t ring,
		  struct spp_dp_port *inner)
{
	*end = (struct spp_ring_end){
		.inner = inner,
		.share = share,
		.ring = ring,
	};
	end->dp.full = SPP_DROP_RING_FULL;
	if (inner->rx != NULL) {
		end->dp.rx = end_rx;
		end->dp.arm = end_arm;
		end->dp.disarm = end_disarm;
	} else {
		end->dp.tx = end_tx;
		end->dp.behind = end_behind;
	}
}

void
spp_ring_end_look(struct spp_ring_end *end)
{
	(void)end_attach(end);
}

void
spp_ring_end_read_by(struct spp_ring_end *end, void *sleeper)
{
	__atomic_store_n(&end->sleeper, sleeper, __ATOMIC_RELAXED);
	if (__atomic_load_n(&end->attached, __ATOMIC_ACQUIRE))
		spp_shared_ring_read_by(end->inner, sleeper);
}

void
spp_ring_end_close(struct spp_ring_end *end)
{
	end->met = false;
	if (!end->attached)
		return;
	__atomic_store_n(&end->attached, false, __ATOMIC_RELEASE);
	spp_shared_ring_detach(end->inner);
}
