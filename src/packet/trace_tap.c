/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Single packets on their way. See trace_tap.h.
 */
#include "packet/trace_tap.h"

#include <string.h>

#include <rte_cycles.h>

#include "common/mark.h"
#include "packet/vid.h"

static struct spp_tap_sink *tracing; /* control: rw, workers: ro (atomic) */

void
spp_trace_put(struct spp_tap_sink *sink)
{
	__atomic_store_n(&tracing, sink, __ATOMIC_RELEASE);
}

static struct spp_tap_sink *
trace_sink(void)
{
	return __atomic_load_n(&tracing, __ATOMIC_ACQUIRE);
}

/* Is it one of this trace, and which? An older one's packets may still be on their way. */
static bool
is_ours(const struct spp_tap_sink *sink, const struct rte_mbuf *m, uint32_t *number)
{
	if (likely(!spp_mark_is_set(m)))
		return false;
	*number = spp_mark_of(m) - sink->first_mark;
	return *number < sink->what.trace;
}

/* False: the tape is full. */
static bool
put(struct spp_tap_sink *sink, const struct spp_capture_record *head, uint32_t number,
    uint32_t length, const uint8_t *bytes, uint32_t captured)
{
	struct spp_capture_record *record = spp_tape_reserve(sink->tape[rte_lcore_id()], captured);

	if (unlikely(record == NULL))
		return false;
	*record = *head;
	record->number = number;
	record->length = length;
	record->captured = captured;
	record->lcore = (uint16_t)rte_lcore_id();
	memcpy(record + 1, bytes, captured);
	spp_tape_publish(sink->tape[rte_lcore_id()]);
	return true;
}

/* What is kept of it: headers, which lie in its first segment. */
static uint16_t
kept_of(const struct rte_mbuf *m)
{
	return RTE_MIN(m->data_len, (uint16_t)SPP_TRACE_BYTES);
}

static bool
put_packet(struct spp_tap_sink *sink, const struct spp_capture_record *head, uint32_t number,
	   const struct rte_mbuf *m)
{
	return put(sink, head, number, m->pkt_len, rte_pktmbuf_mtod(m, const uint8_t *),
		   kept_of(m));
}

/* Of one port there is one worker that receives: nobody else marks. */
static void
mark_some(struct spp_tap_sink *sink, uint16_t port_id, struct rte_mbuf *const *pkts, uint16_t nb)
{
	const struct spp_capture_record head = {
		.time = rte_rdtsc(), .port_id = port_id, .kind = SPP_CAPTURE_RX};
	uint32_t marked = sink->marked, before = marked;
	uint16_t i, lost = 0;

	for (i = 0; i < nb && marked < sink->what.trace; i++) {
		if (!sink->matches(sink->filter, sink->what.nb_filter,
				   rte_pktmbuf_mtod(pkts[i], const uint8_t *), pkts[i]->pkt_len,
				   pkts[i]->data_len))
			continue;
		if (!put_packet(sink, &head, marked, pkts[i])) {
			lost++;
			continue;
		}
		spp_mark_set(pkts[i], sink->first_mark + marked);
		marked++;
	}
	sink->marked = marked;
	spp_tap_count(&sink->rx[port_id], (uint16_t)(marked - before + lost), lost);
}

void
spp_trace_received(uint16_t port_id, struct rte_mbuf *const *pkts, uint16_t nb)
{
	struct spp_tap_sink *sink = trace_sink();
	uint16_t i;

	if (sink == NULL)
		return;
	for (i = 0; i < nb; i++)
		spp_mark_clear(pkts[i]);
	if (port_id == sink->from && sink->marked < sink->what.trace)
		mark_some(sink, port_id, pkts, nb);
}

void
spp_trace_stage(const struct spp_batch *batch)
{
	const struct spp_capture_record head = {.time = rte_rdtsc(),
						.port_id = batch->port_id,
						.kind = SPP_CAPTURE_STAGE,
						.reason = batch->has_event,
						.component = batch->queue};
	struct spp_tap_sink *sink = trace_sink();
	const struct rte_event_vector *vec = batch->vec;
	uint16_t i, lost = 0;
	uint32_t number;

	if (sink == NULL)
		return;
	for (i = 0; i < vec->nb_elem; i++) {
		if (is_ours(sink, vec->mbufs[i], &number))
			lost += !put_packet(sink, &head, number, vec->mbufs[i]);
	}
	spp_tap_count(&sink->inner[batch->queue], 0, lost);
}

/* As spp_classify() and spp_switch() look it up. @return spp_mac_slot.port */
static uint16_t
look_up(const struct spp_mac_table *table, const struct rte_mbuf *m, uint8_t *entry)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	uint16_t vid = spp_frame_vid(m, eth), port;
	uint64_t key = spp_mac_table_key(eth->dst_addr.addr_bytes, vid);

	*entry = SPP_TRACE_ENTRY_GROUP;
	if (rte_is_multicast_ether_addr(&eth->dst_addr))
		return SPP_MAC_TABLE_NONE;
	*entry = SPP_TRACE_ENTRY_MAC;
	port = spp_mac_table_find(table, key, spp_mac_table_first(table, key));
	if (port != SPP_MAC_TABLE_NONE)
		return port;
	*entry = SPP_TRACE_ENTRY_VID;
	if (vid < SPP_MAC_TABLE_VIDS && table->vid_default[vid] != SPP_MAC_TABLE_NONE)
		return table->vid_default[vid];
	*entry = table->default_port != SPP_MAC_TABLE_NONE ? SPP_TRACE_ENTRY_DEFAULT
							   : SPP_TRACE_ENTRY_NONE;
	return table->default_port;
}

void
spp_trace_table(const struct spp_hop *hop, const struct spp_mac_table *table,
		const struct spp_batch *batch)
{
	struct spp_capture_record head = {
		.time = rte_rdtsc(), .kind = SPP_CAPTURE_TABLE, .component = batch->queue};
	struct spp_tap_sink *sink = trace_sink();
	const struct rte_event_vector *vec = batch->vec;
	uint16_t i, port, lost = 0;
	uint32_t number;

	if (sink == NULL || (hop->stage != SPP_STAGE_CLASSIFY && hop->stage != SPP_STAGE_SWITCH))
		return;
	for (i = 0; i < vec->nb_elem; i++) {
		if (!is_ours(sink, vec->mbufs[i], &number))
			continue;
		port = look_up(table, vec->mbufs[i], &head.reason);
		head.port_id = port < SPP_MAC_TABLE_SEVERAL ? port : SPP_TRACE_NO_PORT;
		lost += !put_packet(sink, &head, number, vec->mbufs[i]);
	}
	spp_tap_count(&sink->inner[batch->queue], 0, lost);
}

/*
 * Copied here, and put onto the tape when the port has taken it: what is dropped meanwhile goes
 * onto the same tape.
 */
void
spp_trace_sending(struct spp_trace_sent *sent, struct rte_mbuf *const *pkts, uint16_t nb)
{
	struct spp_trace_copy *copy;
	uint32_t number;
	uint16_t i;

	sent->nb = 0;
	sent->sink = trace_sink();
	for (i = 0; sent->sink != NULL && i < nb; i++) {
		if (!is_ours(sent->sink, pkts[i], &number))
			continue;
		copy = &sent->copy[sent->nb++];
		copy->place = i;
		copy->number = number;
		copy->length = pkts[i]->pkt_len;
		copy->captured = kept_of(pkts[i]);
		memcpy(copy->bytes, rte_pktmbuf_mtod(pkts[i], const void *), copy->captured);
	}
}

void
spp_trace_sent(const struct spp_trace_sent *sent, uint16_t port_id, uint16_t done,
	       const bool *dropped)
{
	struct spp_capture_record head = {.port_id = port_id, .kind = SPP_CAPTURE_TX};
	const struct spp_trace_copy *copy;
	uint16_t i, lost = 0;

	if (likely(sent->nb == 0))
		return;
	head.time = rte_rdtsc();
	for (i = 0; i < sent->nb; i++) {
		copy = &sent->copy[i];
		if (copy->place < done && !dropped[copy->place])
			lost += !put(sent->sink, &head, copy->number, copy->length, copy->bytes,
				     copy->captured);
	}
	spp_tap_count(&sent->sink->tx[port_id], 0, lost);
}

uint16_t
spp_trace_dropped(struct spp_tap_sink *sink, const struct spp_capture_record *head,
		  struct rte_mbuf *const *pkts, uint16_t nb)
{
	uint16_t i, lost = 0;
	uint32_t number;

	for (i = 0; i < nb; i++) {
		if (is_ours(sink, pkts[i], &number))
			lost += !put_packet(sink, head, number, pkts[i]);
	}
	return lost;
}
