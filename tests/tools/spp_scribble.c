/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A DPDK secondary that went wrong: for some seconds it writes into the memory of a ring between
 * two spp_vf what a writer that is out of its mind could write there: bytes, its cursor, who is to
 * be woken. The cursor of the reader is the reader's, and the flags are those of control threads.
 *
 *     spp_scribble AREA SECONDS SEED EAL-OPTIONS      AREA: the nth of --shared-rings
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_memzone.h>

#include "ring/layout.h"

#define NAME  "spp_shared_rings" /* src/common/ring_areas.c */
#define BURST 64
/* Some of what it writes is nearly right. */
#define NEAR 4096

static uint64_t seed;

static uint64_t
next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void
scribble(struct spp_shared_ring *ring)
{
	uint64_t written = __atomic_load_n(&ring->written, __ATOMIC_RELAXED);
	unsigned int i;

	for (i = 0; i < BURST; i++)
		__atomic_store_n((uint64_t *)(ring->bytes + next() % (RING_BYTES / 8) * 8),
				 next() % 2 == 0 ? next() : next() % NEAR, __ATOMIC_RELAXED);
	written = next() % 2 == 0 ? next() : written + next() % NEAR - NEAR / 2;
	__atomic_store_n(&ring->written, written, __ATOMIC_RELAXED);
	if (next() % 8 == 0)
		__atomic_store_n(&ring->armed, next() % 2 == 0 ? next() : next() % NEAR,
				 __ATOMIC_RELAXED);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	const struct rte_memzone *mz;
	struct spp_shared_ring *ring;
	uint64_t times = 0;
	double end;

	if (argc < 4 || rte_eal_init(argc - 3, argv + 3) < 0)
		return 1;
	mz = rte_memzone_lookup(NAME);
	if (mz == NULL || strtoul(argv[1], NULL, 10) >= mz->len / sizeof(*ring))
		return 1;
	ring = (struct spp_shared_ring *)mz->addr + strtoul(argv[1], NULL, 10);
	seed = strtoull(argv[3], NULL, 10) | 1;
	for (end = now() + strtod(argv[2], NULL); now() < end; times++) {
		scribble(ring);
		usleep(20);
	}
	printf("scribbled %llu times\n", (unsigned long long)times);
	fflush(stdout);
	_exit(0);
}
