/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A ring between two processes (adapters/ring) as a crazy writer leaves it: the reader gives out
 * whole packets or counts a drop, touches nothing beside ring and mbufs, and comes to an end; and
 * who then writes is heard. Ring and mbufs are pieces of memory of their own, so that
 * AddressSanitizer sees a byte too many; no EAL.
 *
 * The input: two cursors of 8 bytes, one with packets a call, then what is in the ring from the
 * reader's cursor on.
 */
#include "fuzz.h"

#include <string.h>

#define FUZZ_ROOM 256u
#include "fuzz_mbufs.h"

#include "spp/dp/hops.h"

#include "ring/layout.h"

#define FRAME_MAX 1522u
/* A ring full of the shortest frames, and a call that says so: it has to be through by then. */
#define CALLS_MAX (RING_BYTES / 32 + 2)

/* What the packet path needs besides. */
uint64_t spp_hops_flag = RTE_BIT64(40);
int spp_hops_offset = offsetof(struct rte_mbuf, dynfield1);

int
spp_hops_init(void)
{
	return 0;
}

static struct {
	struct rte_mempool pool;
	struct rte_pktmbuf_pool_private private;
} pool;

void
rte_pktmbuf_free_bulk(struct rte_mbuf **mbufs, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		rte_pktmbuf_free(mbufs[i]);
}

static void
wake(void *arg, uint64_t who)
{
}

static uint64_t
name(void *arg, void *sleeper)
{
	return 1;
}

static const struct spp_shared_ring_env env = {
	.pool = &pool.pool, .frame_max = FRAME_MAX, .wake = wake, .name = name};

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* Whole, and all of it can be read. */
static uint32_t
judge(struct rte_mbuf *m)
{
	const struct rte_mbuf *part;
	uint32_t bytes = 0, sum = 0, i;

	check(m->pkt_len >= 14 && m->pkt_len <= FRAME_MAX);
	for (part = m; part != NULL; part = part->next) {
		check(part->data_len > 0 && part->data_len <= FUZZ_ROOM);
		for (i = 0; i < part->data_len; i++)
			sum += rte_pktmbuf_mtod(part, const uint8_t *)[i];
		bytes += part->data_len;
	}
	check(bytes == m->pkt_len);
	rte_pktmbuf_free(m);
	return sum;
}

static void
read_all(struct spp_dp_port *reader, struct spp_port_counters *counters, uint16_t nb)
{
	struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
	uint64_t calls = 0, drops;
	uint16_t got, i;

	do {
		check(calls++ < CALLS_MAX);
		drops = counters->rx_drops[SPP_DROP_BAD_RECORD];
		got = spp_dp_rx(reader, pkts, nb, counters);
		check(got <= nb);
		for (i = 0; i < got; i++)
			judge(pkts[i]);
		drops = counters->rx_drops[SPP_DROP_BAD_RECORD] - drops;
		check(drops <= 1);
	} while (got > 0 || drops > 0);
}

static void
send_one(struct spp_dp_port *writer, struct spp_dp_port *reader, struct spp_port_counters *counters)
{
	struct rte_mbuf *m = fuzz_mbuf(&pool.pool, FUZZ_ROOM);

	m->pkt_len = m->data_len = 60;
	memset(rte_pktmbuf_mtod(m, void *), 1, 60);
	check(spp_dp_tx(writer, &m, 1, counters) == 1);
	check(spp_dp_rx(reader, &m, 1, counters) == 1);
	check(m->pkt_len == 60);
	check(judge(m) == 60);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct spp_shared_ring *ring;
	struct spp_port_counters counters;
	struct spp_dp_port *reader, *writer;
	size_t at, part;

	if (size < 17 || size - 17 > RING_BYTES)
		return 0;
	if (ring == NULL)
		ring = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*ring));
	check(ring != NULL);
	pool.pool.private_data_size = sizeof(pool.private);
	pool.private.mbuf_data_room_size = RTE_PKTMBUF_HEADROOM + FUZZ_ROOM;
	memset(&counters, 0, sizeof(counters));
	memset(ring, 0, sizeof(*ring)); /* the same at each run */
	memcpy(&ring->read, data, 8);
	memcpy(&ring->written, data + 8, 8);
	at = (ring->read & ~UINT64_C(7)) % RING_BYTES;
	part = RTE_MIN(size - 17, RING_BYTES - at);
	memcpy(ring->bytes + at, data + 17, part);
	memcpy(ring->bytes, data + 17 + part, size - 17 - part);

	reader = spp_shared_ring_reader(ring, &env);
	check(reader != NULL);
	read_all(reader, &counters, (uint16_t)(1 + data[16] % SPP_VECTOR_SIZE));
	writer = spp_shared_ring_writer(ring, &env);
	check(writer != NULL);
	read_all(reader, &counters, 1); /* what the writer found to be odd it has moved */
	send_one(writer, reader, &counters);
	spp_shared_ring_close(reader);
	spp_shared_ring_close(writer);
	return 0;
}
