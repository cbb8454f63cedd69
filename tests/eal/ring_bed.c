/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See ring_bed.h.
 */
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_mbuf.h>

#include "ring/layout.h"
#include "ring_bed.h"
#include "small_eal.h"

#define GUARD 65536u

struct ring_bed bed;
static uint32_t seed;

uint32_t
bed_random(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

static void
wake(void *arg, uint64_t who)
{
	bed.woken++;
	bed.woken_who = who;
}

static uint64_t
name(void *arg, void *sleeper)
{
	return (uint64_t)(uintptr_t)sleeper;
}

static struct rte_mempool *
make_pool(const char *which, uint16_t room)
{
	return rte_pktmbuf_pool_create_by_ops(which, BED_MBUFS, 128, 0,
					      (uint16_t)(RTE_PKTMBUF_HEADROOM + room),
					      SOCKET_ID_ANY, "lf_stack");
}

void
bed_start(void)
{
	uint8_t *memory;

	if (small_eal_start(64) < 0)
		_exit(1);
	bed.from = make_pool("from", 2048);
	bed.to = make_pool("to", 2048);
	bed.small = make_pool("small", BED_SMALL);
	memory = mmap(NULL, GUARD + sizeof(*bed.ring) + GUARD, PROT_NONE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || bed.from == NULL || bed.to == NULL || bed.small == NULL ||
	    mprotect(memory + GUARD, sizeof(*bed.ring), PROT_READ | PROT_WRITE) != 0)
		_exit(1);
	bed.ring = (struct spp_shared_ring *)(memory + GUARD);
}

void
bed_open(uint64_t at)
{
	struct ring_bed was = bed;

	bed = (struct ring_bed){
		.ring = was.ring, .from = was.from, .to = was.to, .small = was.small};
	bed.env = (struct spp_shared_ring_env){
		.pool = bed.to, .frame_max = 1522, .wake = wake, .name = name};
	seed = 1;
	spp_shared_ring_init(bed.ring);
	bed.ring->written = bed.ring->read = at;
	bed.writer = spp_shared_ring_writer(bed.ring, &bed.env);
	bed.reader = spp_shared_ring_reader(bed.ring, &bed.env);
	assert_non_null(bed.writer);
	assert_non_null(bed.reader);
}

static void
pool_is_full(const struct rte_mempool *pool)
{
	assert_int_equal(rte_mempool_avail_count(pool), BED_MBUFS);
}

void
bed_close(void)
{
	spp_shared_ring_close(bed.writer);
	spp_shared_ring_close(bed.reader);
	assert_false(spp_shared_ring_has_reader(bed.ring));
	assert_false(spp_shared_ring_has_writer(bed.ring));
	pool_is_full(bed.from);
	pool_is_full(bed.to);
	pool_is_full(bed.small);
}

static uint8_t
byte_of(uint32_t number, uint32_t at)
{
	return (uint8_t)(number * 37 + at * 11 + (at >> 8));
}

struct rte_mbuf *
bed_make(uint32_t number, uint32_t length, uint32_t part)
{
	struct rte_mbuf *first = NULL, *m;
	uint32_t at = 0, here, i;
	uint8_t *to;

	while (first == NULL || at < length) {
		m = rte_pktmbuf_alloc(bed.from);
		assert_non_null(m);
		here = part == 0 ? length : RTE_MIN(part, length - at);
		to = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)here);
		assert_non_null(to);
		for (i = 0; i < here; i++)
			to[i] = byte_of(number, at + i);
		at += here;
		if (first == NULL)
			first = m;
		else
			assert_int_equal(rte_pktmbuf_chain(first, m), 0);
	}
	return first;
}

void
bed_check(struct rte_mbuf *m, uint32_t number, uint32_t length)
{
	const struct rte_mbuf *part;
	uint32_t at = 0, i;
	uint16_t segs = 0;

	assert_int_equal(m->pkt_len, length);
	for (part = m; part != NULL; part = part->next, segs++) {
		const uint8_t *from = rte_pktmbuf_mtod(part, const uint8_t *);

		assert_true(part->data_len <=
			    rte_pktmbuf_data_room_size(part->pool) - part->data_off);
		for (i = 0; i < part->data_len; i++) {
			if (from[i] != byte_of(number, at + i))
				fail_msg("packet %u of %u bytes: byte %u", number, length, at + i);
		}
		at += part->data_len;
	}
	assert_int_equal(at, length);
	assert_int_equal(segs, m->nb_segs);
	rte_pktmbuf_free(m);
}

bool
bed_send(uint32_t length)
{
	struct rte_mbuf *m = bed_make(bed.sent, length, 0);

	if (spp_dp_tx(bed.writer, &m, 1, &bed.tx) == 0) {
		rte_pktmbuf_free(m);
		return false;
	}
	bed.sent++;
	return true;
}

void
bed_receive(uint32_t length)
{
	struct rte_mbuf *m = NULL;

	assert_int_equal(spp_dp_rx(bed.reader, &m, 1, &bed.rx), 1);
	bed_check(m, bed.received++, length);
}

void
bed_is_empty(void)
{
	struct rte_mbuf *m;

	assert_int_equal(spp_dp_rx(bed.reader, &m, 1, &bed.rx), 0);
	assert_int_equal(spp_shared_ring_waiting(bed.ring), 0);
}

uint64_t
bed_drops(const uint64_t drops[SPP_DROP_NB])
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < SPP_DROP_NB; i++)
		sum += drops[i];
	return sum;
}

void
bed_pin(unsigned int nth)
{
	cpu_set_t all, one;
	int cpu;

	pthread_getaffinity_np(pthread_self(), sizeof(all), &all);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all) || nth-- > 0)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
		return;
	}
}

uint64_t
bed_now_ms(void)
{
	return rte_rdtsc() / (rte_get_tsc_hz() / 1000);
}
