/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Not a test: what a packet's way over a ring between processes costs, writer and reader together
 * on one CPU, in TSC cycles. Beside it, in turns, the same bursts without the ring: taken from the
 * pool and put back. Prints medians of many rounds. docs/performance.md.
 *
 *     build/tests/eal/ring_cost [BURST]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>

#include "spp/dp/shared_ring.h"

#include "small_eal.h"

#define NB_MBUFS 8191
#define ROUNDS   501
#define BURSTS   256 /* a round: 60 bytes go over the whole ring twice, nearly */

static struct spp_shared_ring *ring;
static struct spp_dp_port *writer, *reader;
static struct spp_port_counters counters;
static struct rte_mempool *pool_w, *pool_r;

static uint64_t
name(void *arg, void *sleeper)
{
	return 1;
}

static void
wake(void *arg, uint64_t who)
{
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Packets of `size` bytes, as their way to here left them: in a flow of bursts. */
static void
make(struct rte_mbuf **pkts, uint16_t nb, uint16_t size)
{
	uint16_t i;

	if (rte_pktmbuf_alloc_bulk(pool_w, pkts, nb) != 0)
		abort();
	for (i = 0; i < nb; i++)
		pkts[i]->data_len = (uint16_t)(pkts[i]->pkt_len = size);
}

/* Cycles a packet, of a round. */
static double
round_cost(uint16_t nb, uint16_t size, bool by_ring)
{
	struct rte_mbuf *pkts[SPP_VECTOR_SIZE];
	uint64_t begun, sum = 0;
	unsigned int i;

	for (i = 0; i < BURSTS; i++) {
		make(pkts, nb, size);
		begun = rte_rdtsc();
		if (by_ring) {
			if (spp_dp_tx(writer, pkts, nb, &counters) != nb ||
			    spp_dp_rx(reader, pkts, SPP_VECTOR_SIZE, &counters) != nb)
				abort();
		}
		sum += rte_rdtsc() - begun;
		rte_pktmbuf_free_bulk(pkts, nb);
	}
	return (double)sum / (BURSTS * nb);
}

static void
measure(uint16_t nb, uint16_t size)
{
	static double off[ROUNDS], on[ROUNDS];
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		off[i] = round_cost(nb, size, false);
		on[i] = round_cost(nb, size, true);
	}
	qsort(off, ROUNDS, sizeof(off[0]), compare);
	qsort(on, ROUNDS, sizeof(on[0]), compare);
	printf("%4u bytes, %3u a burst: %6.1f cycles a packet (quartiles %6.1f, %6.1f)\n", size, nb,
	       on[ROUNDS / 2] - off[ROUNDS / 2], on[ROUNDS / 4] - off[ROUNDS / 2],
	       on[ROUNDS * 3 / 4] - off[ROUNDS / 2]);
}

int
main(int argc, char **argv)
{
	uint16_t burst = argc > 1 ? (uint16_t)strtoul(argv[1], NULL, 10) : 32;
	struct spp_shared_ring_env env = {.frame_max = 1522, .wake = wake, .name = name};

	if (burst == 0 || burst > SPP_VECTOR_SIZE || small_eal_start(128) < 0)
		return 1;
	pool_w = rte_pktmbuf_pool_create_by_ops(
		"writer", NB_MBUFS, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY, "lf_stack");
	pool_r = rte_pktmbuf_pool_create_by_ops(
		"reader", NB_MBUFS, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY, "lf_stack");
	ring = aligned_alloc(SPP_SHARED_RING_SIZE, SPP_SHARED_RING_SIZE);
	if (pool_w == NULL || pool_r == NULL || ring == NULL)
		return 1;
	spp_shared_ring_init(ring);
	env.pool = pool_r;
	writer = spp_shared_ring_writer(ring, &env);
	reader = spp_shared_ring_reader(ring, &env);
	if (writer == NULL || reader == NULL)
		return 1;
	measure(burst, 60);
	measure(burst, 512);
	measure(burst, 1514);
	return 0;
}
