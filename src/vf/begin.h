/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The begin of a secondary of ours, spp_vf or spp_pcap, up to its slot: its turn to start, the EAL,
 * the shared memory, and what spp_primary has for it. Main thread.
 */
#ifndef SPP_BEGIN_H
#define SPP_BEGIN_H

#include <signal.h>
#include <stdbool.h>

#include <rte_mempool.h>

#include "vf/attach.h"

struct spp_begin {
	const char *program;               /**< for messages */
	unsigned int nb_workers_min;       /**< lcores beside the main one */
	struct spp_attach_config attach;   /**< nb_workers is found out here */
	const volatile sig_atomic_t *stop; /**< not 0: whoever started us wants no more */
	struct spp_share **share;          /**< out */
	struct spp_attachment_info *slot;  /**< out */
	bool wrong_use;                    /**< out: what failed is an option's fault */
};

/** The start is watched from here on (common/start_watch.h): whoever calls this ends that. 0, or
 * -errno with text; -EINTR for stop. */
int spp_begin(struct spp_begin *begin, int argc, char **argv, struct spp_error *err);

/** The pools of the slot, with the drivers that spp_primary has for them. */
int spp_begin_pools(const struct spp_attachment_info *slot, struct rte_mempool **mbufs,
		    struct rte_mempool **vectors, struct spp_error *err);

#endif
