/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The receiver. See receiver.h; launched by recorder.c.
 */
#include "pcap/receiver.h"

#include <time.h>

#include <rte_cycles.h>
#include <rte_pause.h>

#define SPIN_US     50      /* without work, on a CPU of its own, before it blocks */
#define LOOK_MIN_US 100     /* then a port that cannot wake it is looked at, */
#define LOOK_MAX_US 1000    /* more rarely as silence gets longer */
#define LOOK_PART   16      /* of the silence so far */
#define ARMED_US    100000  /* the port wakes it; this is for the case that it did not */
#define SLEEP_US    1000000 /* nothing is wanted: control wakes it */

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* @return how many are left over */
static unsigned int
receiver_give(struct spp_pcap_receiver *r, const struct spp_pcap_item *items, unsigned int nb,
	      bool *any)
{
	struct spp_pcap_writer *w;
	unsigned int i, taken;

	*any = false;
	for (i = 0; i < r->nb_writers && nb > 0; i++) {
		w = &r->writers[r->next];
		r->next = r->next + 1 < r->nb_writers ? r->next + 1 : 0;
		if (__atomic_load_n(&w->failed, __ATOMIC_RELAXED) != 0)
			continue;
		*any = true;
		taken = spp_pcap_queue_put(w->queue, items, nb);
		items += taken;
		nb -= taken;
		__atomic_thread_fence(__ATOMIC_SEQ_CST); /* sleeper.h */
		spp_sleeper_wake(w->sleeper);
	}
	return nb;
}

static void
receiver_hand_over(struct spp_pcap_receiver *r, struct rte_mbuf **pkts, uint16_t nb)
{
	struct spp_pcap_item items[SPP_VECTOR_SIZE];
	uint64_t ns = now_ns();
	unsigned int left;
	uint16_t i;
	bool any;

	for (i = 0; i < nb; i++)
		items[i] = (struct spp_pcap_item){pkts[i], ns};
	left = receiver_give(r, items, nb, &any);
	if (likely(left == 0))
		return;
	rte_pktmbuf_free_bulk(pkts + nb - left, left);
	*(any ? &r->queue_full : &r->write_failed) += left;
}

static bool
receiver_changes(const struct spp_pcap_receiver *r)
{
	return __atomic_load_n(&r->wanted, __ATOMIC_RELAXED) != r->doing ||
	       __atomic_load_n(&r->stop, __ATOMIC_RELAXED);
}

static void
receiver_block(struct spp_pcap_receiver *r, uint32_t timeout_us, bool arm)
{
	spp_sleep_announce(r->sleeper, SPP_ASLEEP);
	if (receiver_changes(r) || (arm && !r->port->arm(r->port, r->sleeper)))
		spp_sleep_cancel(r->sleeper);
	else
		spp_sleep_block(r->sleeper, timeout_us);
	if (arm)
		r->port->disarm(r->port, r->sleeper);
}

static void
receiver_idle(struct spp_pcap_receiver *r)
{
	uint64_t quiet_us = (rte_rdtsc() - r->last_work) / (rte_get_tsc_hz() / 1000000);

	if (!r->doing)
		receiver_block(r, SLEEP_US, false);
	else if (quiet_us < SPIN_US && !spp_sleeper_shares_cpu(r->cpus, r->sleeper))
		rte_pause();
	else if (r->port->arm != NULL && quiet_us >= LOOK_MAX_US)
		receiver_block(r, ARMED_US, true);
	else
		receiver_block(
			r,
			(uint32_t)RTE_MIN(RTE_MAX(quiet_us / LOOK_PART, (uint64_t)LOOK_MIN_US),
					  (uint64_t)LOOK_MAX_US),
			false);
}

/* What control did before is seen, and what was put into queues is seen by it. A stop that comes
 * right behind its start either sees that we begin, and waits, or is seen here: `wanted` is looked
 * at once more behind the fence, as control looks at `doing` behind its own. */
static void
receiver_follow(struct spp_pcap_receiver *r)
{
	if (!r->doing && __atomic_load_n(&r->wanted, __ATOMIC_ACQUIRE)) {
		__atomic_store_n(&r->doing, true, __ATOMIC_RELAXED);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	}
	if (!__atomic_load_n(&r->wanted, __ATOMIC_ACQUIRE))
		__atomic_store_n(&r->doing, false, __ATOMIC_RELEASE);
}

int
spp_pcap_receiver_main(void *arg)
{
	struct spp_pcap_receiver *r = arg;
	struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
	uint16_t nb;

	spp_sleeper_init(r->cpus, r->sleeper);
	r->last_work = rte_rdtsc();
	__atomic_store_n(&r->running, true, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&r->stop, __ATOMIC_ACQUIRE)) {
		receiver_follow(r);
		nb = r->doing ? spp_dp_rx(r->port, pkts, SPP_VECTOR_SIZE, &r->counters) : 0;
		if (nb > 0) {
			receiver_hand_over(r, pkts, nb);
			r->last_work = rte_rdtsc();
		} else {
			receiver_idle(r);
		}
	}
	__atomic_store_n(&r->doing, false, __ATOMIC_RELEASE);
	spp_sleeper_fini(r->cpus, r->sleeper);
	__atomic_store_n(&r->running, false, __ATOMIC_RELEASE);
	return 0;
}
