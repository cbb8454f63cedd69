/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The way of single packets: those that come in by one port are marked (common/mark.h) while
 * somebody traces, and each place that a marked one passes is written onto the tape of the worker
 * that has it: received, a component takes it, what the table says, sent, dropped.
 *
 * While nobody traces nothing of this is called: ports have functions of their own (tap.h),
 * components look in the branch that VLAN operations have (SPP_RX_TRACED), spp_drop() in that of
 * captures.
 *
 * A mark is of one trace: its upper half says which. It ends with the packet, because whoever takes
 * an mbuf from a pool clears its flags; and what comes in by any port while somebody traces has no
 * mark, whatever its driver left there.
 *
 * Threads: as tap.h. One trace at once. What a worker does between two of its quiescent states it
 * does for one sink.
 */
#ifndef SPP_TRACE_TAP_H
#define SPP_TRACE_TAP_H

#include "packet/batch.h"
#include "packet/snapshot.h"
#include "packet/tap_sink.h"

/** Of one packet that is being sent, as long as it is ours. */
struct spp_trace_copy {
	uint16_t place; /**< among those that are sent */
	uint16_t captured;
	uint32_t number, length;
	uint8_t bytes[SPP_TRACE_BYTES];
};

/** Marked ones among packets that are being sent. */
struct spp_trace_sent {
	struct spp_tap_sink *sink;
	uint16_t nb;
	struct spp_trace_copy copy[SPP_VECTOR_SIZE];
};

/** Control: from now on packets are marked for that sink, and seen; NULL: no more. All that has
 * them seen (taps, SPP_RX_TRACED, the watch of drops) is there already. */
void spp_trace_put(struct spp_tap_sink *sink);

/** Worker: packets that have come in by a port. */
void spp_trace_received(uint16_t port_id, struct rte_mbuf *const *pkts, uint16_t nb);
/** Worker: a component takes a batch. */
void spp_trace_stage(const struct spp_batch *batch);
/** Worker: it is as the component's table sees it. */
void spp_trace_table(const struct spp_hop *hop, const struct spp_mac_table *table,
		     const struct spp_batch *batch);
/** Worker: before they are sent, and after: `done` of them are no longer ours. */
void spp_trace_sending(struct spp_trace_sent *sent, struct rte_mbuf *const *pkts, uint16_t nb);
void spp_trace_sent(const struct spp_trace_sent *sent, uint16_t port_id, uint16_t done,
		    const bool *dropped);
/** Worker: they are dropped. @return how many could not be written */
uint16_t spp_trace_dropped(struct spp_tap_sink *sink, const struct spp_capture_record *head,
			   struct rte_mbuf *const *pkts, uint16_t nb);

#endif
