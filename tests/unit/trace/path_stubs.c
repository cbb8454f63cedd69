/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Mbufs and vectors without an EAL. See path_stubs.h.
 */
#include "path_stubs.h"

#include <stdlib.h>
#include <string.h>

#include <rte_debug.h>
#include <rte_lcore.h>

#include "spp/dp/port.h"

#define NB_MBUFS   512
#define NB_VECTORS 512
#define DATA_SIZE  2048

uint64_t spp_mark_flag; /* nobody traces */
int spp_mark_offset;

struct buffer {
	struct rte_mbuf m;
	uint8_t data[RTE_PKTMBUF_HEADROOM + DATA_SIZE];
};

union vector {
	struct rte_event_vector vec;
	uint8_t room[sizeof(struct rte_event_vector) + SPP_VECTOR_SIZE * sizeof(void *)];
};

static struct buffer buffers[NB_MBUFS];
static union vector vectors[NB_VECTORS];
static unsigned int nb_buffers, nb_vectors;
static struct rte_mempool pool;

void
store_empty(void)
{
	nb_buffers = nb_vectors = 0;
}

struct rte_mbuf *
store_mbuf(uint32_t size)
{
	struct buffer *b = &buffers[nb_buffers++];

	if (nb_buffers > NB_MBUFS || size > DATA_SIZE)
		abort();
	memset(b, 0, sizeof(*b));
	b->m.buf_addr = b->data;
	b->m.buf_len = sizeof(b->data);
	b->m.data_off = RTE_PKTMBUF_HEADROOM;
	b->m.nb_segs = 1;
	b->m.data_len = (uint16_t)size;
	b->m.pkt_len = size;
	rte_mbuf_refcnt_set(&b->m, 1);
	return &b->m;
}

struct rte_event_vector *
store_vector(void)
{
	union vector *v = &vectors[nb_vectors++];

	if (nb_vectors > NB_VECTORS)
		abort();
	memset(v, 0, sizeof(*v));
	return &v->vec;
}

struct rte_mempool *
store_vectors(void)
{
	return &pool;
}

/* ---- in place of DPDK's ---- */

static int
pool_get(struct rte_mempool *mp, void **objects, unsigned int nb)
{
	while (nb > 0)
		objects[--nb] = store_vector();
	return 0;
}

static int
pool_put(struct rte_mempool *mp, void *const *objects, unsigned int nb)
{
	return 0;
}

struct rte_mempool_ops_table rte_mempool_ops_table = {
	.num_ops = 1, .ops = {{.name = "test", .enqueue = pool_put, .dequeue = pool_get}}};

RTE_DEFINE_PER_LCORE(unsigned int, _lcore_id);

void
__rte_panic(const char *function, const char *format, ...)
{
	abort();
}

struct rte_mbuf *
rte_pktmbuf_copy(const struct rte_mbuf *m, struct rte_mempool *mp, uint32_t offset, uint32_t length)
{
	struct rte_mbuf *copy = store_mbuf(m->pkt_len);

	memcpy(rte_pktmbuf_mtod(copy, void *), rte_pktmbuf_mtod(m, const void *), m->pkt_len);
	return copy;
}

const void *
__rte_pktmbuf_read(const struct rte_mbuf *m, uint32_t offset, uint32_t length, void *buf)
{
	abort(); /* all of a frame is in one piece */
}

void
rte_pktmbuf_free_bulk(struct rte_mbuf **mbufs, unsigned int nb)
{
	while (nb > 0)
		rte_mbuf_refcnt_update(mbufs[--nb], -1);
}
