/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The writer's end of a ring between processes: packets become records. Called by the worker that
 * sends by the ring. Knows nothing of the reader but a cursor, which it does not believe.
 */
#include "ring/writer.h"

#include <rte_cycles.h>
#include <rte_ether.h>
#include <rte_memcpy.h>

#include "spp/dp/hops.h"

#include "ring/ends.h"

/* Whether there is room for so many bytes more behind `written`; looks at the reader's cursor only
 * when it has to. One that cannot be is taken for a full ring. The reader may have followed a
 * cursor that somebody else wrote here, so it is told ours once more: it throws away what it has,
 * as for any that is too far away, and both are together again. */
static inline bool
has_room(struct ring_end *end, uint64_t written, uint32_t bytes)
{
	uint64_t read;

	if (likely(written + bytes - end->other <= RING_BYTES))
		return true;
	read = ring_cursor(&end->ring->read);
	if (unlikely(written - read > RING_BYTES)) {
		__atomic_store_n(&end->ring->written, end->own, __ATOMIC_RELEASE);
		return false;
	}
	end->other = read;
	return written + bytes - read <= RING_BYTES;
}

/* What may wait before the reader's turn. */
#define BEHIND_BYTES (RING_BYTES / 4)

bool
spp_ring_behind(struct spp_dp_port *dp, int32_t cpu)
{
	struct ring_end *end = (struct ring_end *)dp;
	uint64_t read, now;

	if (likely(end->own - end->other <= BEHIND_BYTES)) {
		end->behind_since = 0;
		return false;
	}
	read = ring_cursor(&end->ring->read);
	if (end->own - read > RING_BYTES) /* cannot be: has_room() drops */
		return false;
	end->other = read;
	if (end->own - read <= BEHIND_BYTES ||
	    !end->env.on_cpu(end->env.arg, __atomic_load_n(&end->ring->reader, __ATOMIC_RELAXED),
			     cpu)) {
		end->behind_since = 0;
		return false;
	}
	now = rte_rdtsc();
	if (end->behind_since == 0)
		end->behind_since = now;
	return now - end->behind_since < end->env.patience;
}

static void
copy_chain(uint8_t *to, const struct rte_mbuf *m, uint32_t length)
{
	uint32_t part;

	for (; m != NULL && length > 0; m = m->next) {
		part = RTE_MIN(length, (uint32_t)m->data_len);
		rte_memcpy(to, rte_pktmbuf_mtod(m, const void *), part);
		to += part;
		length -= part;
	}
}

static inline void
put_record(uint8_t *to, const struct rte_mbuf *m, uint32_t length, uint8_t hops)
{
	struct ring_record *record = (struct ring_record *)to;

	*record = (struct ring_record){.length = length, .hops = hops};
	to += sizeof(*record);
	if (likely(m->nb_segs == 1))
		rte_memcpy(to, rte_pktmbuf_mtod(m, const void *), length);
	else
		copy_chain(to, m, length);
}

/*
 * Packets whose bytes were copied go back to their pools: collected while they are at hand, so that
 * one call is enough for those of a pool.
 */
struct given_back {
	struct rte_mempool *pool;
	struct rte_mbuf **mbufs;
	unsigned int nb;
};

static inline void
flush_back(struct given_back *back)
{
	if (back->nb > 0)
		rte_mempool_put_bulk(back->pool, (void **)back->mbufs, back->nb);
	back->nb = 0;
}

static inline void
give_back(struct given_back *back, struct rte_mbuf *m)
{
	if (unlikely(m->nb_segs > 1)) {
		rte_pktmbuf_free(m);
		return;
	}
	m = rte_pktmbuf_prefree_seg(m);
	if (unlikely(m == NULL)) /* others hold it, too */
		return;
	if (unlikely(m->pool != back->pool)) {
		flush_back(back);
		back->pool = m->pool;
	}
	back->mbufs[back->nb++] = m;
}

/* What cannot be sent at all; SPP_DROP_NB: it can. */
static inline enum spp_drop
why_not(const struct ring_end *end, uint32_t length, uint8_t hops)
{
	if (unlikely(length > end->env.frame_max))
		return SPP_DROP_TOO_BIG;
	if (unlikely(length < RTE_ETHER_HDR_LEN))
		return SPP_DROP_MALFORMED;
	return unlikely(hops >= SPP_SHARED_RING_HOPS) ? SPP_DROP_LOOP : SPP_DROP_NB;
}

/* Order: layout.h. */
static void
publish(struct ring_end *end, uint64_t written)
{
	struct spp_shared_ring *ring = end->ring;
	uint64_t who;

	end->own = written;
	__atomic_store_n(&ring->written, written, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (likely(__atomic_load_n(&ring->armed, __ATOMIC_RELAXED) == 0))
		return;
	who = __atomic_exchange_n(&ring->armed, 0, __ATOMIC_RELAXED);
	if (who != 0)
		end->env.wake(end->env.arg, who);
}

uint16_t
spp_ring_tx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
	    struct spp_port_counters *counters)
{
	struct ring_end *end = (struct ring_end *)dp;
	/* what was looked at is the caller's no more, so its place is free */
	struct given_back back = {.mbufs = pkts};
	uint8_t *bytes = end->ring->bytes;
	uint64_t written = end->own, sum = 0;
	uint32_t at = (uint32_t)(written % RING_BYTES), length, size, skip;
	uint16_t i, sent = 0;
	enum spp_drop why;
	uint8_t hops;

	if (unlikely(__atomic_load_n(&end->ring->has_reader, __ATOMIC_RELAXED) == 0)) {
		spp_drop(pkts, nb, counters->tx_drops, SPP_DROP_NO_CONSUMER);
		return nb;
	}
	for (i = 0; i < nb; i++) {
		hops = spp_hops_of(pkts[i]);
		length = pkts[i]->pkt_len;
		why = why_not(end, length, hops);
		if (unlikely(why != SPP_DROP_NB)) {
			spp_drop(&pkts[i], 1, counters->tx_drops, why);
			continue;
		}
		size = record_size(length);
		skip = at + size > RING_BYTES ? (uint32_t)RING_BYTES - at : 0;
		if (unlikely(!has_room(end, written, skip + size)))
			break;
		if (unlikely(skip > 0)) {
			*(uint64_t *)(bytes + at) = RECORD_SKIP;
			written += skip;
			at = 0;
		}
		put_record(bytes + at, pkts[i], length, hops);
		give_back(&back, pkts[i]);
		written += size;
		at += size;
		if (at == RING_BYTES)
			at = 0;
		sum += length;
		sent++;
	}
	if (sent > 0) {
		publish(end, written);
		counters->tx_packets += sent;
		counters->tx_bytes += sum;
		flush_back(&back);
	}
	return i;
}
