/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the packet path stands on, in place of DPDK's: mbufs and vectors of a fixed store that is
 * emptied between frames. Used by test_trace_path.c.
 */
#ifndef SPP_TESTS_TRACE_PATH_STUBS_H
#define SPP_TESTS_TRACE_PATH_STUBS_H

#include <rte_eventdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

/** All mbufs and vectors are free again. */
void store_empty(void);
/** A mbuf of that many bytes, all zero. */
struct rte_mbuf *store_mbuf(uint32_t size);
/** A vector without packets. */
struct rte_event_vector *store_vector(void);
/** For struct spp_worker_env. */
struct rte_mempool *store_vectors(void);

#endif
