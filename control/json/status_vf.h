/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The "info" of a spp_vf's status: what runs, whether it is saved, and its counters.
 *
 * Used by answer. Reads running state and figures; changes nothing.
 */
#ifndef SPP_CONTROL_STATUS_VF_H
#define SPP_CONTROL_STATUS_VF_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/dataplane.h"
#include "wiring/txn.h"

struct json_t;

/** Whether the running wiring is on disk; filled by the keeper (control/saved/keeper.h). */
struct spp_status_saved {
	const char *path;           /**< of the state file */
	bool saved;                 /**< the file holds the running wiring, as far as we know */
	bool restored;              /**< this process began with what the file said */
	uint64_t generation;        /**< that the file holds; 0: none of this process */
	char error[SPP_ERROR_SIZE]; /**< why the last write, or the restoring, failed; "": fine */
};

/** @param saved NULL: the wiring is not saved @return NULL: out of memory */
struct json_t *spp_status_vf(unsigned int process_id, const struct spp_txn *txn,
			     const struct spp_status_saved *saved,
			     const struct spp_dataplane_ops *ops, void *ctx);

#endif
