/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See vhost/budget.h. Caches are refilled through the pool driver's functions, of which each
 * process has a table of its own (rte_mempool_ops_table): one of them is replaced there. And a
 * program's function stands before a library's of the same name, also for other libraries:
 * rte_malloc_socket().
 */
#include "vhost/budget.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>

#include <rte_lcore.h>
#include <rte_malloc.h>

/* Two bursts. */
#define WITHOUT_CACHE 64

/* Of workers that may run already one could see the table's new entry and not yet `take`: it finds
 * the pool empty, once. (A call by a pointer does not keep the loads in it behind the pointer's.)
 */
static int
take_nothing(struct rte_mempool *pool, void **objects, unsigned int nb)
{
	(void)pool;
	(void)objects;
	(void)nb;
	return -ENOBUFS;
}

static rte_mempool_dequeue_t take = take_nothing;

/* Objects that may still be taken from outside of the cache. */
static __thread unsigned int left;
static __thread bool limited;

static int
take_within_budget(struct rte_mempool *pool, void **objects, unsigned int nb)
{
	rte_mempool_dequeue_t take_really = __atomic_load_n(&take, __ATOMIC_RELAXED);
	int ret;

	if (!limited)
		return take_really(pool, objects, nb);
	if (nb > left)
		return -ENOBUFS;
	ret = take_really(pool, objects, nb);
	if (ret == 0)
		left -= nb;
	return ret;
}

void
spp_vhost_budget_start(const struct rte_mempool *mbufs)
{
	struct rte_mempool_ops *ops = rte_mempool_get_ops(mbufs->ops_index);

	if (take != take_nothing)
		return;
	__atomic_store_n(&take, ops->dequeue, __ATOMIC_RELAXED);
	__atomic_store_n(&ops->dequeue, take_within_budget, __ATOMIC_RELEASE);
}

void
spp_vhost_budget_begin(struct rte_mempool *mbufs)
{
	const struct rte_mempool_cache *cache = rte_mempool_default_cache(mbufs, rte_lcore_id());

	left = WITHOUT_CACHE;
	if (cache != NULL)
		left = cache->flushthresh > cache->len ? cache->flushthresh - cache->len : 0;
	limited = true;
}

void
spp_vhost_budget_end(void)
{
	limited = false;
}

void *
rte_malloc_socket(const char *type, size_t size, unsigned int align, int socket)
{
	typedef void *(*allocate_t)(const char *type, size_t size, unsigned int align, int socket);
	static allocate_t allocate;
	allocate_t found = __atomic_load_n(&allocate, __ATOMIC_RELAXED);

	if (limited)
		return NULL;
	if (found == NULL) {
		found = (allocate_t)dlsym(RTLD_NEXT, "rte_malloc_socket");
		__atomic_store_n(&allocate, found, __ATOMIC_RELAXED);
	}
	return found(type, size, align, socket);
}
