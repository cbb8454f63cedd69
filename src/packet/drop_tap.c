/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See drop_tap.h. Where a packet was dropped is told by the counter that it goes to: a port's or a
 * component's, in the worker that drops it.
 */
#include "packet/drop_tap.h"

#include <rte_cycles.h>

#include "packet/trace_tap.h"

static struct {
	struct spp_tap_sink *sink[SPP_CAPTURE_MAX]; /**< also of those that see no drops. Atomic */
	const struct spp_worker *worker[RTE_MAX_LCORE];
} drop_taps;

static bool
is_within(const void *at, const void *from, size_t size)
{
	return (uintptr_t)at - (uintptr_t)from < size;
}

/* False: it is counted nowhere in this worker. */
static bool
find_place(const struct spp_worker *w, const uint64_t *drops, struct spp_capture_record *head)
{
	uintptr_t offset;

	if (is_within(drops, w->port, sizeof(w->port))) {
		offset = (uintptr_t)drops - (uintptr_t)w->port;
		head->port_id = (uint16_t)(offset / sizeof(w->port[0]));
		head->kind = drops == w->port[head->port_id].rx_drops ? SPP_CAPTURE_DROP_RX
								      : SPP_CAPTURE_DROP_TX;
		return true;
	}
	if (!is_within(drops, w->queue, sizeof(w->queue)))
		return false;
	offset = (uintptr_t)drops - (uintptr_t)w->queue;
	head->port_id = (uint16_t)(offset / sizeof(w->queue[0]));
	head->kind = SPP_CAPTURE_DROP_INNER;
	return true;
}

static bool
is_asked_for(const struct spp_capture_request *what, const struct spp_capture_record *head)
{
	if (((what->reasons >> head->reason) & 1) == 0)
		return false;
	return what->all ||
	       (head->kind != SPP_CAPTURE_DROP_INNER && spp_capture_has_port(what, head->port_id));
}

static struct spp_capture_counts *
counts_of(struct spp_tap_sink *sink, const struct spp_capture_record *head)
{
	if (head->kind == SPP_CAPTURE_DROP_INNER)
		return &sink->inner[head->port_id];
	/* of a ring both sides drop, two workers maybe: each counts by itself */
	if (head->port_id >= SPP_END_MAX && head->reason == SPP_DROP_NO_CREDIT)
		return &sink->tx[head->port_id];
	return head->kind == SPP_CAPTURE_DROP_RX ? &sink->rx[head->port_id]
						 : &sink->tx[head->port_id];
}

static void
watch_drops(struct rte_mbuf *const *pkts, uint16_t nb, const uint64_t *drops, enum spp_drop reason)
{
	struct spp_capture_record head = {.reason = (uint8_t)reason};
	unsigned int s, lcore = rte_lcore_id();
	struct spp_tap_sink *sink;
	uint16_t i, lost;

	if (lcore >= RTE_MAX_LCORE || drop_taps.worker[lcore] == NULL)
		return;
	spp_tap_dropped(pkts, nb);
	if (!find_place(drop_taps.worker[lcore], drops, &head))
		return;
	head.time = rte_rdtsc();
	for (s = 0; s < SPP_CAPTURE_MAX; s++) {
		sink = __atomic_load_n(&drop_taps.sink[s], __ATOMIC_ACQUIRE);
		if (sink != NULL && sink->what.trace > 0)
			spp_tap_count(counts_of(sink, &head), 0,
				      spp_trace_dropped(sink, &head, pkts, nb));
		if (sink == NULL || !is_asked_for(&sink->what, &head))
			continue;
		for (i = 0, lost = 0; i < nb; i++)
			lost += spp_tap_copy(sink, &head, pkts[i]) == NULL;
		spp_tape_publish(sink->tape[lcore]);
		spp_tap_count(counts_of(sink, &head), nb, lost);
	}
}

void
spp_drop_tap_put(unsigned int slot, struct spp_tap_sink *sink, struct spp_worker *const worker[],
		 unsigned int nb_workers)
{
	bool any = false;
	unsigned int i;

	for (i = 0; i < nb_workers; i++)
		drop_taps.worker[worker[i]->lcore_id] = worker[i];
	__atomic_store_n(&drop_taps.sink[slot], sink, __ATOMIC_RELEASE);
	for (i = 0; i < SPP_CAPTURE_MAX; i++)
		any = any || drop_taps.sink[i] != NULL;
	__atomic_store_n(&spp_drop_watched, any ? watch_drops : NULL, __ATOMIC_RELEASE);
}
