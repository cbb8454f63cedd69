/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * mbufs without EAL, for the one file of a program that includes this: what the packet path's
 * headers need of DPDK. Each mbuf is a piece of memory of its own, so that AddressSanitizer sees a
 * byte too many. FUZZ_ROOM is to be defined before: bytes of an mbuf of the pool.
 */
#ifndef FUZZ_MBUFS_H
#define FUZZ_MBUFS_H

#include <stdlib.h>

#include <rte_debug.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

RTE_DEFINE_PER_LCORE(unsigned int, _lcore_id) = LCORE_ID_ANY;

static struct rte_mbuf *
fuzz_mbuf(struct rte_mempool *pool, uint32_t room)
{
	struct rte_mbuf *m = calloc(1, sizeof(*m) + RTE_PKTMBUF_HEADROOM + room);

	if (m == NULL)
		abort();
	m->buf_addr = m + 1;
	m->buf_len = (uint16_t)(RTE_PKTMBUF_HEADROOM + room);
	m->data_off = RTE_PKTMBUF_HEADROOM;
	m->pool = pool;
	m->nb_segs = 1;
	rte_mbuf_refcnt_set(m, 1);
	return m;
}

static int
fuzz_take(struct rte_mempool *mp, void **objects, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		objects[i] = fuzz_mbuf(mp, FUZZ_ROOM);
	return 0;
}

static int
fuzz_put(struct rte_mempool *mp, void *const *objects, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		free(objects[i]);
	return 0;
}

struct rte_mempool_ops_table rte_mempool_ops_table = {
	.num_ops = 1,
	.ops = {{.name = "fuzz", .dequeue = fuzz_take, .enqueue = fuzz_put}},
};

void
__rte_panic(const char *function, const char *format, ...)
{
	abort();
}

#endif
