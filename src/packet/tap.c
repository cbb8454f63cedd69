/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copies what passes a port. See tap.h.
 */
#include "packet/tap.h"

#include <string.h>

#include <rte_cycles.h>

#include "packet/trace_tap.h"

/* Packets that are offered at first. */
#define TAP_PIECE 4

static void
copy_bytes(uint8_t *to, const struct rte_mbuf *m, uint32_t nb)
{
	uint32_t piece;

	for (; m != NULL && nb > 0; m = m->next) {
		piece = RTE_MIN(nb, (uint32_t)m->data_len);
		memcpy(to, rte_pktmbuf_mtod(m, const uint8_t *), piece);
		to += piece;
		nb -= piece;
	}
}

struct spp_capture_record *
spp_tap_copy(struct spp_tap_sink *sink, const struct spp_capture_record *head,
	     const struct rte_mbuf *pkt)
{
	struct spp_tape *tape = sink->tape[rte_lcore_id()];
	uint32_t captured = RTE_MIN(pkt->pkt_len, sink->bytes);
	struct spp_capture_record *record = spp_tape_reserve(tape, captured);

	if (unlikely(record == NULL))
		return NULL;
	*record = *head;
	record->length = pkt->pkt_len;
	record->captured = captured;
	record->lcore = (uint16_t)rte_lcore_id();
	copy_bytes((uint8_t *)(record + 1), pkt, captured);
	return record;
}

static struct spp_tap_sink *
sink_at(const struct spp_tap *tap, unsigned int i)
{
	return __atomic_load_n(&tap->sink[i], __ATOMIC_ACQUIRE);
}

static void
take_all(struct spp_tap *tap, enum spp_capture_kind kind, struct rte_mbuf *const *pkts, uint16_t nb)
{
	const struct spp_capture_record head = {
		.time = rte_rdtsc(), .port_id = tap->port_id, .kind = (uint8_t)kind};
	struct spp_tap_sink *sink;
	unsigned int s;
	uint16_t i, lost;

	for (s = 0; s < SPP_CAPTURE_MAX; s++) {
		sink = sink_at(tap, s);
		if (sink == NULL || (kind == SPP_CAPTURE_RX && !sink->what.rx))
			continue;
		for (i = 0, lost = 0; i < nb; i++)
			lost += spp_tap_copy(sink, &head, pkts[i]) == NULL;
		spp_tape_publish(sink->tape[rte_lcore_id()]);
		spp_tap_count(&sink->rx[tap->port_id], nb, lost);
	}
}

void
spp_tap_through(struct spp_tap *tap, struct rte_mbuf *const *pkts, uint16_t nb)
{
	take_all(tap, SPP_CAPTURE_THROUGH, pkts, nb);
}

static uint16_t
tap_rx(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
       struct spp_port_counters *counters)
{
	struct spp_tap *tap;

	/* rx was written after tap: with this whoever sees the one sees the other */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	tap = port->tap;
	nb = tap->rx(port, pkts, nb, counters);
	if (nb > 0) {
		take_all(tap, SPP_CAPTURE_RX, pkts, nb);
		spp_trace_received(tap->port_id, pkts, nb);
	}
	return nb;
}

/*
 * What leaves is copied before it is sent, because then it is no longer ours, and published after:
 * what the port had no room for comes again, and what it dropped it has not sent.
 */
struct tap_sent {
	uint16_t nb;
	struct rte_mbuf **pkts;                /**< where they are */
	struct rte_mbuf *pkt[SPP_VECTOR_SIZE]; /**< as they were: the port may move them */
	bool dropped[SPP_VECTOR_SIZE];
	bool any_dropped;
};

/** A sink's copies of them. */
struct tap_copies {
	uint64_t from[SPP_VECTOR_SIZE];                     /**< end of the tape before the copy */
	struct spp_capture_record *record[SPP_VECTOR_SIZE]; /**< NULL: the tape was full */
};

/* What the worker's tap is just sending, for the watch of drops. */
static RTE_DEFINE_PER_LCORE(struct tap_sent *, sending);

void
spp_tap_dropped(struct rte_mbuf *const *pkts, uint16_t nb)
{
	struct tap_sent *sent = RTE_PER_LCORE(sending);
	uint16_t i, j;

	if (sent == NULL)
		return;
	for (i = 0; i < nb; i++) {
		for (j = 0; j < sent->nb && sent->pkt[j] != pkts[i]; j++)
			;
		/* a copy that the port has put in its place */
		if (j == sent->nb &&
		    (uintptr_t)&pkts[i] - (uintptr_t)sent->pkts < sent->nb * sizeof(pkts[0]))
			j = (uint16_t)(&pkts[i] - sent->pkts);
		if (j < sent->nb)
			sent->dropped[j] = sent->any_dropped = true;
	}
}

static void
sent_copy(const struct tap_sent *sent, struct spp_tap_sink *sink,
	  const struct spp_capture_record *head, struct tap_copies *copies)
{
	struct spp_tape *tape = sink->tape[rte_lcore_id()];
	uint16_t i;

	for (i = 0; i < sent->nb; i++) {
		copies->from[i] = tape->next;
		copies->record[i] = spp_tap_copy(sink, head, sent->pkt[i]);
	}
}

/* The port is done with that many of them. */
static void
sent_publish(const struct tap_sent *sent, uint16_t done, struct spp_tap_sink *sink,
	     uint16_t port_id, const struct tap_copies *copies)
{
	struct spp_tape *tape = sink->tape[rte_lcore_id()];
	uint16_t i, seen = 0, lost = 0;

	for (i = 0; i < done; i++) {
		if (unlikely(sent->any_dropped && sent->dropped[i])) {
			if (copies->record[i] != NULL)
				copies->record[i]->kind = SPP_CAPTURE_NOTHING;
			continue;
		}
		seen++;
		lost += copies->record[i] == NULL;
	}
	if (done < sent->nb)
		spp_tape_rewind(tape, copies->from[done]);
	spp_tape_publish(tape);
	spp_tap_count(&sink->tx[port_id], seen, lost);
}

static uint16_t
send_piece(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
	   struct spp_port_counters *counters)
{
	struct spp_tap *tap = port->tap;
	struct spp_capture_record head = {
		.time = rte_rdtsc(), .port_id = tap->port_id, .kind = SPP_CAPTURE_TX};
	struct spp_tap_sink *sink[SPP_CAPTURE_MAX];
	struct tap_copies copies[SPP_CAPTURE_MAX];
	struct tap_sent sent = {.nb = nb, .pkts = pkts};
	struct spp_trace_sent traced;
	unsigned int s;
	uint16_t done;

	memcpy(sent.pkt, pkts, nb * sizeof(pkts[0]));
	for (s = 0; s < SPP_CAPTURE_MAX; s++) {
		sink[s] = sink_at(tap, s);
		if (sink[s] != NULL && !sink[s]->what.tx)
			sink[s] = NULL;
		if (sink[s] != NULL)
			sent_copy(&sent, sink[s], &head, &copies[s]);
	}
	spp_trace_sending(&traced, pkts, nb);
	RTE_PER_LCORE(sending) = &sent;
	done = tap->tx(port, pkts, nb, counters);
	RTE_PER_LCORE(sending) = NULL;
	spp_trace_sent(&traced, tap->port_id, done, sent.dropped);
	for (s = 0; s < SPP_CAPTURE_MAX; s++) {
		if (sink[s] != NULL)
			sent_publish(&sent, done, sink[s], tap->port_id, &copies[s]);
	}
	return done;
}

/*
 * A few first, and then more: what the port has no room for was copied in vain, and a guest that
 * takes a packet now and then is offered its backlog every few microseconds.
 */
static uint16_t
tap_tx(struct spp_dp_port *port, struct rte_mbuf **pkts, uint16_t nb,
       struct spp_port_counters *counters)
{
	uint16_t all = 0, piece = TAP_PIECE, done, asked;

	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* as tap_rx() */
	for (; all < nb; piece = RTE_MIN(2 * piece, SPP_VECTOR_SIZE)) {
		asked = RTE_MIN(piece, (uint16_t)(nb - all));
		done = send_piece(port, pkts + all, asked, counters);
		all += done;
		if (done < asked)
			break;
	}
	return all;
}

void
spp_tap_put(struct spp_tap *tap, struct spp_dp_port *port, bool on)
{
	if (on == (port->rx == tap_rx))
		return;
	if (on) {
		/* a worker that is still in here from before reads what is there already */
		tap->rx = port->rx;
		tap->tx = port->tx;
		port->tap = tap;
	}
	__atomic_store_n(&port->rx, on ? tap_rx : tap->rx, __ATOMIC_RELEASE);
	__atomic_store_n(&port->tx, on ? tap_tx : tap->tx, __ATOMIC_RELEASE);
}
