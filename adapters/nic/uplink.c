/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two NICs as one port. See spp/dp/uplink.h. Knows neither links nor addresses: the control thread
 * says which NIC is active (src/vf/uplinks.c), and makes the frames that announce
 * (src/vf/announce.c).
 */
#include "spp/dp/uplink.h"

#include <stdlib.h>

#include <rte_ring.h>

/* Drivers and the Rx adapter receive so many at once, or would have to drop some. */
#define RX_ROOM 32
/* Frames sent in a round, at most: they are not what the worker is there for. */
#define ANNOUNCE_BURST 16

struct spp_uplink_port {
	struct spp_dp_port dp, announcer;
	struct spp_dp_port *member[SPP_UPLINK_MEMBERS];
	int counters_offset[SPP_UPLINK_MEMBERS];
	unsigned int active; /* control: rw, workers: ro (atomic) */
	struct rte_ring *frames;
	void *sleeper; /* of the worker that sends, while it sleeps; atomic */
	void (*wake)(void *sleeper);
	/* The receiving worker's, in lines of their own: it writes at each poll. */
	unsigned int rx_first __rte_cache_aligned;
	uint64_t passed_over; /* control: ro (atomic) */
} __rte_cache_aligned;

/* Multicasts go, and the rest moves up. Returns how many stay. */
static uint16_t
pass_over(struct spp_uplink_port *uplink, struct rte_mbuf **pkts, uint16_t nb)
{
	uint16_t i, kept = 0;

	for (i = 0; i < nb; i++) {
		if ((*rte_pktmbuf_mtod(pkts[i], const uint8_t *) & 1) == 0)
			pkts[kept++] = pkts[i];
		else
			rte_pktmbuf_free(pkts[i]);
	}
	__atomic_store_n(&uplink->passed_over, uplink->passed_over + nb - kept, __ATOMIC_RELAXED);
	return kept;
}

static uint16_t
receive(struct spp_uplink_port *uplink, unsigned int i, struct rte_mbuf **pkts, uint16_t nb,
	struct spp_port_counters *counters)
{
	nb = spp_dp_rx(uplink->member[i], pkts, nb, counters + uplink->counters_offset[i]);
	if (nb == 0 || i == __atomic_load_n(&uplink->active, __ATOMIC_RELAXED))
		return nb;
	return pass_over(uplink, pkts, nb);
}

/* The other one first in the next round: neither shuts the other out. */
static uint16_t
uplink_rx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
	  struct spp_port_counters *counters)
{
	struct spp_uplink_port *uplink = (struct spp_uplink_port *)dp;
	unsigned int a = uplink->rx_first, b = a ^ 1;
	uint16_t got;

	uplink->rx_first = b;
	got = receive(uplink, a, pkts, nb, counters);
	if (nb - got >= RX_ROOM)
		got += receive(uplink, b, pkts + got, nb - got, counters);
	return got;
}

static uint16_t
uplink_tx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
	  struct spp_port_counters *counters)
{
	struct spp_uplink_port *uplink = (struct spp_uplink_port *)dp;
	unsigned int i = __atomic_load_n(&uplink->active, __ATOMIC_RELAXED);

	return spp_dp_tx(uplink->member[i], pkts, nb, counters + uplink->counters_offset[i]);
}

static struct spp_uplink_port *
of_announcer(struct spp_dp_port *dp)
{
	return (struct spp_uplink_port *)((char *)dp - offsetof(struct spp_uplink_port, announcer));
}

static uint16_t
announcer_rx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
	     struct spp_port_counters *counters)
{
	struct spp_uplink_port *uplink = of_announcer(dp);
	struct rte_mbuf *frames[ANNOUNCE_BURST];
	uint16_t got, sent;

	RTE_SET_USED(pkts);
	RTE_SET_USED(nb);
	got = (uint16_t)rte_ring_sc_dequeue_burst(uplink->frames, (void **)frames, ANNOUNCE_BURST,
						  NULL);
	if (likely(got == 0))
		return 0;
	sent = spp_dp_tx(&uplink->dp, frames, got, counters);
	if (sent < got)
		spp_drop(frames + sent, got - sent, counters->tx_drops, uplink->dp.full);
	return 0;
}

static bool
announcer_arm(struct spp_dp_port *dp, void *sleeper)
{
	struct spp_uplink_port *uplink = of_announcer(dp);

	__atomic_store_n(&uplink->sleeper, sleeper, __ATOMIC_RELAXED);
	/* Stored before the ring is looked at; the control thread fills it, fences, and looks here.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return rte_ring_empty(uplink->frames) != 0;
}

static void
announcer_disarm(struct spp_dp_port *dp, void *sleeper)
{
	struct spp_uplink_port *uplink = of_announcer(dp);

	__atomic_compare_exchange_n(&uplink->sleeper, &sleeper, NULL, false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
}

/* In private memory: one of rte_ring_create() would stay behind when the VF is killed. */
static struct rte_ring *
make_ring(void)
{
	unsigned int size = SPP_UPLINK_FRAMES_MAX + 1;
	ssize_t bytes = rte_ring_get_memsize(size);
	void *memory;

	if (bytes < 0 || posix_memalign(&memory, RTE_CACHE_LINE_SIZE, (size_t)bytes) != 0)
		return NULL;
	if (rte_ring_init(memory, "uplink", size, RING_F_SP_ENQ | RING_F_SC_DEQ) == 0)
		return memory;
	free(memory);
	return NULL;
}

/* A worker that sleeps may have armed one that is gone when it wakes, and disarms it all the same:
 * memory of an uplink stays as long as the process (and its ring with it). */
static struct spp_uplink_port uplinks[SPP_UPLINK_MAX];

int
spp_uplink_port_create(const struct spp_uplink_port_config *config, struct spp_uplink_port **out,
		       struct spp_error *err)
{
	struct spp_uplink_port *uplink = &uplinks[config->index];
	unsigned int i;

	if (uplink->frames == NULL)
		uplink->frames = make_ring();
	if (uplink->frames == NULL)
		return spp_error(err, ENOMEM, "uplink%u: no memory", config->index);
	uplink->dp =
		(struct spp_dp_port){.rx = uplink_rx, .tx = uplink_tx, .full = SPP_DROP_NIC_FULL};
	uplink->announcer = (struct spp_dp_port){
		.rx = announcer_rx, .arm = announcer_arm, .disarm = announcer_disarm};
	for (i = 0; i < SPP_UPLINK_MEMBERS; i++) {
		uplink->member[i] = config->member[i];
		uplink->counters_offset[i] = config->counters_offset[i];
	}
	uplink->active = config->active;
	uplink->wake = config->wake;
	*out = uplink;
	return 0;
}

void
spp_uplink_port_destroy(struct spp_uplink_port *uplink)
{
	struct rte_mbuf *frame;

	while (uplink != NULL && rte_ring_sc_dequeue(uplink->frames, (void **)&frame) == 0)
		rte_pktmbuf_free(frame);
}

struct spp_dp_port *
spp_uplink_port_dp(struct spp_uplink_port *uplink)
{
	return &uplink->dp;
}

struct spp_dp_port *
spp_uplink_port_announcer(struct spp_uplink_port *uplink)
{
	return &uplink->announcer;
}

void
spp_uplink_port_set_active(struct spp_uplink_port *uplink, unsigned int member)
{
	__atomic_store_n(&uplink->active, member, __ATOMIC_RELAXED);
}

uint64_t
spp_uplink_port_passed_over(const struct spp_uplink_port *uplink)
{
	return __atomic_load_n(&uplink->passed_over, __ATOMIC_RELAXED);
}

unsigned int
spp_uplink_port_room(const struct spp_uplink_port *uplink)
{
	return rte_ring_free_count(uplink->frames);
}

unsigned int
spp_uplink_port_announce(struct spp_uplink_port *uplink, struct rte_mbuf **frames, unsigned int nb)
{
	unsigned int taken =
		rte_ring_sp_enqueue_burst(uplink->frames, (void *const *)frames, nb, NULL);
	void *sleeper;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	sleeper = __atomic_load_n(&uplink->sleeper, __ATOMIC_RELAXED);
	if (sleeper != NULL)
		uplink->wake(sleeper);
	return taken;
}
