/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How many mbufs a guest's packets may take in one call. librte_vhost 22.11 adds a packet's
 * descriptors up in 32 bits: a guest can make the sum wrap, so that its packet passes for a short
 * one and takes mbufs until the pool is empty, which others then miss. And what it copied by then
 * is written once more after the mbufs were given back.
 *
 * Within a budget a call takes only what fits into the lcore's own cache of the pool again: nobody
 * else misses it, and nobody else can own it when that late write comes.
 */
#ifndef SPP_VHOST_BUDGET_H
#define SPP_VHOST_BUDGET_H

#include <rte_mempool.h>

/**
 * Make budgets work in this process, for all pools with this one's driver. Again: nothing. Control
 * thread.
 */
void spp_vhost_budget_start(const struct rte_mempool *mbufs);
/** The calling worker is on a budget with this pool from now on; an allocation beyond it fails. */
void spp_vhost_budget_begin(struct rte_mempool *mbufs);
void spp_vhost_budget_end(void);

#endif
