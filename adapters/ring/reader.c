/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reader's end of a ring between processes: records become packets. Called by the worker that
 * has the ring as a source. What is in the ring is the other process's, and hostile until it was
 * copied: lengths are read once and checked before anything is done by them, bytes are bytes.
 */
#include "ring/reader.h"

#include <rte_ether.h>
#include <rte_memcpy.h>

#include "spp/dp/hops.h"

#include "ring/ends.h"

/* Bytes from `read` on that the writer says are records; 0: none. */
static inline uint64_t
waiting(struct ring_end *end, uint64_t read)
{
	if (end->other == read)
		end->other = ring_cursor(&end->ring->written);
	return end->other - read;
}

/* A record's first word, which may become another one at any time. */
static inline struct ring_record
first_word(const uint8_t *from)
{
	struct ring_record record = {0};
	uint64_t word = __atomic_load_n((const uint64_t *)from, __ATOMIC_RELAXED);

	__builtin_memcpy(&record, &word, sizeof(word));
	return record;
}

static inline bool
is_frame_length(const struct ring_end *end, uint32_t length)
{
	return length >= RTE_ETHER_HDR_LEN && length <= end->env.frame_max;
}

static inline uint32_t
mbufs_for(const struct ring_end *end, uint32_t length)
{
	return likely(length <= end->room) ? 1 : (length + end->room - 1) / end->room;
}

/*
 * Records from the own cursor on that are whole: at most nb, and as many as fit into RING_MBUFS_MAX
 * mbufs. Returns how many. bad: what comes behind them is no record.
 */
static uint16_t
find(struct ring_end *end, uint16_t nb, bool *bad)
{
	const uint8_t *bytes = end->ring->bytes;
	uint64_t read = end->own, left;
	uint32_t at = (uint32_t)(read % RING_BYTES), mbufs = 0, size;
	struct ring_record record;
	struct ring_found *found;
	uint16_t n = 0;

	while (n < nb && (left = waiting(end, read)) > 0) {
		*bad = true;
		if (unlikely(end->other - end->own > RING_BYTES))
			return n;
		record = first_word(bytes + at);
		if (unlikely(record.length == RECORD_SKIP)) {
			size = (uint32_t)RING_BYTES - at;
			/* a record follows, at the begin: no two of these, or a call might not end
			 */
			if (size >= left || at == 0)
				return n;
			at = 0;
			read += size;
			*bad = false;
			continue;
		}
		size = record_size(record.length);
		if (unlikely(!is_frame_length(end, record.length) || size > left ||
			     size > RING_BYTES - at))
			return n;
		*bad = false;
		found = &end->found[n];
		found->at = at + (uint32_t)sizeof(record);
		found->length = record.length;
		found->hops = record.hops;
		found->mbufs = (uint16_t)mbufs_for(end, record.length);
		mbufs += found->mbufs;
		if (unlikely(mbufs > RING_MBUFS_MAX))
			return n;
		n++;
		read += size;
		found->next = (uint32_t)(read - end->own);
		at += size;
		if (at == RING_BYTES)
			at = 0;
	}
	return n;
}

/* mbufs as the pool has them, for all of these, or else for some of them; what waits is lost by no
 * lack of mbufs. Returns for how many. */
static uint16_t
get_mbufs(struct ring_end *end, uint16_t n)
{
	uint32_t nb;
	uint16_t i;

	for (; n > 0; n /= 2) {
		nb = 0;
		for (i = 0; i < n; i++)
			nb += end->found[i].mbufs;
		if (likely(rte_mempool_get_bulk(end->env.pool, (void **)end->mbufs, nb) == 0))
			break;
	}
	return n;
}

/* What rte_pktmbuf_reset() does, but for what an mbuf of a pool has as it should: reference count 1
 * and no second segment (rte_mbuf_raw_alloc()). */
static inline void
reset(struct rte_mbuf *m)
{
	m->data_off = RTE_PKTMBUF_HEADROOM;
	m->port = RTE_MBUF_PORT_INVALID;
	m->ol_flags = 0;
	m->packet_type = 0;
	m->vlan_tci = 0;
	m->vlan_tci_outer = 0;
	m->tx_offload = 0;
}

static inline void
fill(struct rte_mbuf *m, const uint8_t *from, uint32_t length)
{
	reset(m);
	m->pkt_len = length;
	m->data_len = (uint16_t)length;
	rte_memcpy(rte_pktmbuf_mtod(m, void *), from, length);
}

/* The bytes into the mbufs, as one packet. */
static void
fill_chain(struct rte_mbuf **mbufs, uint16_t nb, const uint8_t *from, uint32_t length,
	   uint32_t room)
{
	uint32_t left = length, part;
	uint16_t i;

	for (i = 0; i < nb; i++) {
		part = RTE_MIN(left, room);
		fill(mbufs[i], from, part);
		if (i > 0)
			mbufs[i - 1]->next = mbufs[i];
		from += part;
		left -= part;
	}
	mbufs[0]->nb_segs = nb;
	mbufs[0]->pkt_len = length;
}

static inline uint8_t
one_more(uint8_t hops)
{
	return hops == UINT8_MAX ? hops : (uint8_t)(hops + 1);
}

static void
move_to(struct ring_end *end, uint64_t read)
{
	end->own = read;
	__atomic_store_n(&end->ring->read, read, __ATOMIC_RELEASE);
}

/* Nobody knows where the next record begins: all that waits goes. */
static void
skip_all(struct ring_end *end, struct spp_port_counters *counters)
{
	end->other = ring_cursor(&end->ring->written);
	move_to(end, end->other);
	counters->rx_drops[SPP_DROP_BAD_RECORD]++;
}

uint16_t
spp_ring_rx(struct spp_dp_port *dp, struct rte_mbuf **pkts, uint16_t nb,
	    struct spp_port_counters *counters)
{
	struct ring_end *end = (struct ring_end *)dp;
	const uint8_t *bytes = end->ring->bytes;
	struct rte_mbuf **mbufs = end->mbufs;
	const struct ring_found *found;
	bool bad = false;
	uint64_t sum = 0;
	uint16_t i, n;

	n = find(end, RTE_MIN(nb, (uint16_t)SPP_VECTOR_SIZE), &bad);
	if (unlikely(n == 0 && bad))
		skip_all(end, counters);
	n = get_mbufs(end, n);
	if (n == 0)
		return 0;
	for (i = 0; i < n; i++) {
		found = &end->found[i];
		if (likely(found->mbufs == 1))
			fill(mbufs[0], bytes + found->at, found->length);
		else
			fill_chain(mbufs, found->mbufs, bytes + found->at, found->length,
				   end->room);
		spp_hops_set(mbufs[0], one_more(found->hops));
		pkts[i] = mbufs[0];
		sum += found->length;
		mbufs += found->mbufs;
	}
	move_to(end, end->own + end->found[n - 1].next);
	counters->rx_packets += n;
	counters->rx_bytes += sum;
	return n;
}

/* Order: layout.h. */
bool
spp_ring_arm(struct spp_dp_port *dp, void *sleeper)
{
	struct ring_end *end = (struct ring_end *)dp;
	struct spp_shared_ring *ring = __atomic_load_n(&end->ring, __ATOMIC_RELAXED);

	__atomic_store_n(&ring->armed, end->env.name(end->env.arg, sleeper), __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return ring_cursor(&ring->written) == end->own;
}

void
spp_ring_disarm(struct spp_dp_port *dp, void *sleeper)
{
	struct ring_end *end = (struct ring_end *)dp;
	struct spp_shared_ring *ring = __atomic_load_n(&end->ring, __ATOMIC_RELAXED);
	uint64_t who = end->env.name(end->env.arg, sleeper);

	/* another worker's name stays, and so does what a crazy writer put there */
	if (__atomic_load_n(&ring->armed, __ATOMIC_RELAXED) == who)
		__atomic_compare_exchange_n(&ring->armed, &who, 0, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
}
