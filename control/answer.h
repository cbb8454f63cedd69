/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One message in, one reply out.
 *
 * Used by whoever has a connection (client, local). Ties request, txn, status and reply together;
 * knows no sockets and no JSON.
 */
#ifndef SPP_CONTROL_ANSWER_H
#define SPP_CONTROL_ANSWER_H

#include <stddef.h>

#include "frame.h"
#include "keeper.h"
#include "spp/dataplane.h"
#include "spp/host.h"
#include "txn.h"

/** Who we are and what we speak for. */
struct spp_service {
	unsigned int process_id;   /**< 0: the primary */
	struct spp_txn *txn;       /**< NULL in the primary */
	struct spp_keeper *keeper; /**< NULL: the wiring is not saved */
	const struct spp_dataplane_ops *dataplane;
	void *dataplane_ctx;
	const struct spp_host_ops *host; /**< NULL in a VF */
	void *host_ctx;
};

enum spp_origin {
	SPP_FROM_CONTROLLER,
	SPP_FROM_LOCAL, /**< may only ask */
};

/** @param kind not SPP_FRAME_NONE @return the reply, for free(), or NULL: out of memory */
char *spp_answer(const struct spp_service *service, enum spp_origin origin,
		 enum spp_frame_kind kind, const char *data, size_t length, size_t *reply_length);

/** The reply to half a message followed by silence. */
char *spp_answer_silence(size_t *reply_length);

#endif
