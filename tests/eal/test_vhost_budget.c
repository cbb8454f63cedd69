/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * adapters/vhost/budget.c on real pools: what a guest's packets take in one call can always be put
 * back into the lcore's cache, whatever is in it, and nobody without a budget notices.
 */
#include "unit.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include "vhost/budget.h"

#include "small_eal.h"

#define NB_MBUFS 4095u
#define CACHE    256u
#define BURST    32u

static struct rte_mempool *pool;
static struct rte_mbuf *taken[NB_MBUFS];

static unsigned int
nb_cached(void)
{
	return rte_mempool_default_cache(pool, rte_lcore_id())->len;
}

static unsigned int
take_all(void)
{
	unsigned int nb = 0;

	while (nb < NB_MBUFS && (taken[nb] = rte_pktmbuf_alloc(pool)) != NULL)
		nb++;
	return nb;
}

/* From an empty cache on, leave nb in it. */
static void
fill_cache(unsigned int nb)
{
	struct rte_mempool_cache *cache = rte_mempool_default_cache(pool, rte_lcore_id());

	rte_mempool_cache_flush(cache, pool);
	if (nb != 0) {
		assert_int_equal(rte_pktmbuf_alloc_bulk(pool, taken, nb), 0);
		rte_mempool_cache_flush(cache, pool);
		rte_pktmbuf_free_bulk(taken, nb);
	}
	assert_int_equal(nb_cached(), nb);
}

static void
what_is_taken_fits_into_the_cache_again(void **state)
{
	const unsigned int fills[] = {0, 1, 31, 32, 255, 256, 257, 383, 384};
	unsigned int i, nb;

	(void)state;
	for (i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
		fill_cache(fills[i]);
		spp_vhost_budget_begin(pool);
		nb = take_all();
		spp_vhost_budget_end();
		assert_int_equal(nb, CACHE * 3 / 2);
		assert_int_equal(nb_cached(), 0);
		rte_pktmbuf_free_bulk(taken, nb);
		assert_int_equal(nb_cached(), nb);
	}
}

static void
a_burst_is_never_refused(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i <= CACHE * 3 / 2; i++) {
		fill_cache(i);
		spp_vhost_budget_begin(pool);
		assert_int_equal(rte_pktmbuf_alloc_bulk(pool, taken, BURST), 0);
		spp_vhost_budget_end();
		rte_pktmbuf_free_bulk(taken, BURST);
	}
}

static void
without_a_budget_all_can_be_taken(void **state)
{
	(void)state;
	fill_cache(0);
	spp_vhost_budget_begin(pool);
	spp_vhost_budget_end();
	assert_int_equal(take_all(), NB_MBUFS);
	rte_pktmbuf_free_bulk(taken, NB_MBUFS);
}

/* librte_vhost's calls come to ours, too. */
static void
the_heap_gives_nothing_on_a_budget(void **state)
{
	void *memory;

	(void)state;
	assert_ptr_equal(dlsym(RTLD_DEFAULT, "rte_malloc_socket"), rte_malloc_socket);
	spp_vhost_budget_begin(pool);
	assert_null(rte_malloc_socket("test", 64, 0, SOCKET_ID_ANY));
	spp_vhost_budget_end();
	memory = rte_malloc_socket("test", 64, 0, SOCKET_ID_ANY);
	assert_non_null(memory);
	rte_free(memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken_fits_into_the_cache_again),
		cmocka_unit_test(a_burst_is_never_refused),
		cmocka_unit_test(without_a_budget_all_can_be_taken),
		cmocka_unit_test(the_heap_gives_nothing_on_a_budget),
	};

	if (small_eal_start(64) < 0)
		return 1;
	pool = rte_pktmbuf_pool_create_by_ops("budget", NB_MBUFS, CACHE, 0, 128, SOCKET_ID_ANY,
					      "lf_stack");
	if (pool == NULL)
		return 1;
	spp_vhost_budget_start(pool);
	spp_vhost_budget_start(pool);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
