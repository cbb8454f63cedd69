/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The text dialect, outwards: compact JSON objects, one a request.
 *
 * Used by text_answer and text_primary. NULL everywhere: out of memory.
 */
#ifndef SPP_CONTROL_TEXT_REPLY_H
#define SPP_CONTROL_TEXT_REPLY_H

#include <stddef.h>

#include "fault.h"
#include "spp/dataplane.h"
#include "spp/host.h"
#include "txn.h"

/** Bytes of one reply: what spp-ctl surely gets in one piece. See docs/protocol.md. */
#define SPP_TEXT_REPLY_MAX 65000

struct json_t;

/** {"results":[{"result":"success"}]}, and then the members of `more`, which it takes over. */
char *spp_text_reply_success(struct json_t *more, size_t *length);
/** Every fault in the historic words, behind the prefix. */
char *spp_text_reply_error(const char *prefix, const struct spp_faults *faults, size_t *length);
/** An object as it is; takes it over. */
char *spp_text_reply_dump(struct json_t *object, size_t *length);

/** The last reply to `status`, good for as long as the wiring it shows. All zero: none yet. */
struct spp_text_cache {
	char *text; /**< owned */
	size_t length;
	uint64_t generation;
	bool present[SPP_PORT_ID_MAX];
};

void spp_text_cache_fini(struct spp_text_cache *cache);

/** The whole reply to `status` of a spp_vf. */
char *spp_text_status_vf(unsigned int process_id, const struct spp_txn *txn,
			 const struct spp_dataplane_ops *ops, void *ctx,
			 struct spp_text_cache *cache, size_t *length);
/** The whole reply to `status` of spp_primary. */
char *spp_text_status_primary(const struct spp_host_ops *ops, void *ctx, size_t *length);

#endif
