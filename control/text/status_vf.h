/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The reply to `status` of a spp_vf in the text dialect.
 *
 * Used by answer (text.c), which keeps the cache in its service.
 */
#ifndef SPP_CONTROL_TEXT_STATUS_VF_H
#define SPP_CONTROL_TEXT_STATUS_VF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spp/dataplane.h"
#include "wiring/txn.h"

/** Bytes of one reply: what spp-ctl surely gets in one piece. See docs/protocol.md. */
#define SPP_TEXT_REPLY_MAX 65000

/** The last reply to `status`, good for as long as the wiring it shows. All zero: none yet. */
struct spp_text_cache {
	char *text; /**< owned */
	size_t length;
	uint64_t generation;
	bool present[SPP_PORT_ID_MAX];
};

void spp_text_cache_fini(struct spp_text_cache *cache);

/** The whole reply, for free(). NULL: out of memory. */
char *spp_text_status_vf(unsigned int process_id, const struct spp_txn *txn,
			 const struct spp_dataplane_ops *ops, void *ctx,
			 struct spp_text_cache *cache, size_t *length);

#endif
