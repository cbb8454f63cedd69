/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What memory a call of librte_vhost's for a guest's packets may take.
 *
 * Of mbufs: librte_vhost (22.11, 24.11) adds a packet's descriptors up in 32 bits. A guest can make
 * the sum wrap, so that its packet passes for a short one and takes mbufs until the pool is empty,
 * which others then miss. And what it copied by then is written once more after the mbufs were
 * given back. On a budget a call takes only what fits into the lcore's own cache of the pool again:
 * nobody else misses it, and nobody else can own it when that late write comes.
 *
 * Of the heap: none. librte_vhost copies an indirect table that is spread over regions, and reads
 * its length again after it was checked: a guest that changes it meanwhile has a worker allocate
 * and copy as many megabytes as it likes from the heap that all processes share. Such a table is
 * refused now, as one outside of the guest's memory is; drivers have theirs in one piece.
 */
#ifndef SPP_VHOST_BUDGET_H
#define SPP_VHOST_BUDGET_H

#include <rte_mempool.h>

/**
 * Make budgets work in this process, for all pools with this one's driver. Again: nothing. Control
 * thread.
 */
void spp_vhost_budget_start(const struct rte_mempool *mbufs);
/** The calling worker is on a budget from now on, with this pool; what goes beyond it fails. */
void spp_vhost_budget_begin(struct rte_mempool *mbufs);
void spp_vhost_budget_end(void);

#endif
