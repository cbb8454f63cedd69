/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A port of net_bench, between its set-up (net_bench.c) and its packets (net_bench_io.c).
 */
#ifndef NET_BENCH_H
#define NET_BENCH_H

#include <stdbool.h>

#include <rte_mbuf.h>

#include "bench_ctl.h"
#include "dpdk_driver.h"

/** What of a packet is written anew each time: it fits a cache line. */
#define BENCH_HEAD 64

/** Whoever polls has it for himself. */
struct bench_rx {
	struct rte_mempool *pool;
	uint64_t generation; /**< of the control block, that the rest follows */
	uint64_t rate, start, made, nb_macs, nb_sizes;
	double cycles; /**< between two packets */
	uint32_t number, random;
	uint16_t nb_desc; /**< packets that wait at a rate */
	uint16_t next_mac, next_size, one_size;
	bool latency;
	uint64_t first; /**< the first eight bytes of a packet, but for the number of its MAC */
	uint16_t size[BENCH_SIZE_MAX];
	uint8_t head[BENCH_SIZE_MAX][BENCH_HEAD] __rte_cache_aligned;
};

/** In shared memory; also what both queues point to. */
struct bench_private {
	uint16_t eth_port;
	bool ask;                   /**< secondaries, at its start and stop */
	unsigned int slow_ms;       /**< its start */
	unsigned int starts, fails; /**< so far; the one that fails */
	char path[256];
	struct bench_rx rx __rte_cache_aligned;
};

/** Mapped by each process, by port. */
extern struct bench_ctl *bench_ctls[RTE_MAX_ETHPORTS];

uint16_t bench_rx(void *rxq, struct rte_mbuf **pkts, uint16_t nb);
uint16_t bench_tx(void *txq, struct rte_mbuf **pkts, uint16_t nb);

#endif
