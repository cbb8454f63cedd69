/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Not a test: what a captured packet costs its worker, in TSC cycles: a port that hands out ready
 * packets of 60 bytes and takes them, with and without a tap, in turns, while a thread empties the
 * tape. Prints the median of many rounds, for several packets a call. docs/performance.md.
 *
 *     build/tests/unit/capture_cost [SNAPLEN]
 */
#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "common/mark.h"
#include "packet/tap.h"

#include "trace/path_stubs.h"

#define SIZE    60
#define PACKETS 256
#define ROUNDS  501
#define LOOK_US 2000

static struct rte_mbuf *pkts[PACKETS];
static unsigned int next;
static struct spp_tap_sink sink;
static struct spp_tap tap;
static struct spp_port_counters counters;

static uint16_t
ready_rx(struct spp_dp_port *port, struct rte_mbuf **out, uint16_t nb, struct spp_port_counters *c)
{
	memcpy(out, &pkts[next], nb * sizeof(out[0]));
	next = (next + nb) % PACKETS;
	return nb;
}

static uint16_t
ready_tx(struct spp_dp_port *port, struct rte_mbuf **out, uint16_t nb, struct spp_port_counters *c)
{
	return nb;
}

/* As a session does: looks every 2 ms, reads record and bytes. */
static void *
reader(void *arg)
{
	static uint8_t to[sizeof(struct spp_capture_record) + SPP_CAPTURE_SNAPLEN_MAX];
	const struct spp_capture_record *record;

	for (;;) {
		record = spp_tape_first(sink.tape[0]);
		if (record == NULL) {
			usleep(LOOK_US);
			continue;
		}
		memcpy(to, record, sizeof(*record) + record->captured);
		spp_tape_pass(sink.tape[0], record);
	}
	return NULL;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Cycles a packet for one call, of a few. */
static double
call_cost(struct spp_dp_port *port, uint16_t nb, bool rx)
{
	struct rte_mbuf *out[SPP_VECTOR_SIZE];
	unsigned int calls = 512 / nb + 1, i;
	uint64_t begun;

	memcpy(out, pkts, nb * sizeof(out[0]));
	begun = rte_rdtsc();
	for (i = 0; i < calls; i++) {
		if (rx)
			spp_dp_rx(port, out, nb, &counters);
		else
			spp_dp_tx(port, out, nb, &counters);
	}
	return (double)(rte_rdtsc() - begun) / (calls * nb);
}

static void
measure(uint16_t nb, bool rx)
{
	static double off[ROUNDS], on[ROUNDS];
	struct spp_dp_port port = {.rx = ready_rx, .tx = ready_tx};
	uint64_t lost = sink.rx[0].lost + sink.tx[0].lost;

	next = 0;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		off[i] = call_cost(&port, nb, rx);
		spp_tap_put(&tap, &port, true);
		on[i] = call_cost(&port, nb, rx);
		spp_tap_put(&tap, &port, false);
		/* the reader has all before the next round: what is full is not copied */
		while (__atomic_load_n(&sink.tape[0]->tail, __ATOMIC_ACQUIRE) != sink.tape[0]->head)
			usleep(100);
	}
	qsort(off, ROUNDS, sizeof(off[0]), compare);
	qsort(on, ROUNDS, sizeof(on[0]), compare);
	lost = sink.rx[0].lost + sink.tx[0].lost - lost;
	printf("%s %3u a call: %5.1f without, %5.1f with a tap: %5.1f more (quartiles %5.1f, %5.1f)"
	       "; not captured %llu\n",
	       rx ? "rx" : "tx", nb, off[ROUNDS / 2], on[ROUNDS / 2],
	       on[ROUNDS / 2] - off[ROUNDS / 2], on[ROUNDS / 4] - off[ROUNDS / 2],
	       on[ROUNDS * 3 / 4] - off[ROUNDS / 2], (unsigned long long)lost);
}

int
main(int argc, char **argv)
{
	static const uint16_t sizes[] = {1, 4, 32, 128};
	pthread_t thread;

	RTE_PER_LCORE(_lcore_id) = 0;
	for (unsigned int i = 0; i < PACKETS; i++)
		pkts[i] = store_mbuf(SIZE);
	sink.what.rx = sink.what.tx = 1;
	sink.bytes = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 96;
	sink.tape[0] = spp_tape_create();
	tap.sink[0] = &sink;
	if (sink.tape[0] == NULL || pthread_create(&thread, NULL, reader, NULL) != 0)
		return 1;
	for (unsigned int i = 0; i < 4; i++)
		measure(sizes[i], true);
	for (unsigned int i = 0; i < 4; i++)
		measure(sizes[i], false);
	return 0;
}
