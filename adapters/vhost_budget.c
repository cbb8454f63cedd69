/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See vhost_budget.h. Caches are refilled through the pool driver's functions, of which each
 * process has a table of its own (rte_mempool_ops_table): one of them is replaced there. And a
 * program's function stands before a library's of the same name, also for other libraries:
 * rte_malloc_socket().
 */
#include "vhost_budget.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>

#include <rte_lcore.h>
#include <rte_malloc.h>

/* Two bursts. */
#define WITHOUT_CACHE 64

static rte_mempool_dequeue_t take;

/* Objects that may still be taken from outside of the cache. */
static __thread unsigned int left;
static __thread bool limited;

static int
take_within_budget(struct rte_mempool *pool, void **objects, unsigned int nb)
{
	int ret;

	if (!limited)
		return take(pool, objects, nb);
	if (nb > left)
		return -ENOBUFS;
	ret = take(pool, objects, nb);
	if (ret == 0)
		left -= nb;
	return ret;
}

void
spp_vhost_budget_start(const struct rte_mempool *mbufs)
{
	struct rte_mempool_ops *ops = rte_mempool_get_ops(mbufs->ops_index);

	if (take != NULL)
		return;
	take = ops->dequeue;
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
