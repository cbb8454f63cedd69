/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The "info" of a JSON status reply: what runs, and its counters.
 *
 * Used by answer. Reads running state and figures; changes nothing. NULL: out of memory.
 */
#ifndef SPP_CONTROL_STATUS_H
#define SPP_CONTROL_STATUS_H

#include "keeper.h"
#include "spp/dataplane.h"
#include "spp/host.h"
#include "txn.h"

struct json_t;

/** The SPP-AGENT we connect to. */
struct spp_controller {
	char address[80]; /**< as given with -s */
	bool connected;
};

/** Adds "controller" to an info. @param controller NULL: started without one */
void spp_status_controller(struct json_t *info, const struct spp_controller *controller);

/** @param keeper NULL: the wiring is not saved */
struct json_t *spp_status_vf(unsigned int process_id, const struct spp_txn *txn,
			     struct spp_keeper *keeper, const struct spp_dataplane_ops *ops,
			     void *ctx);

struct json_t *spp_status_host(const struct spp_host_ops *ops, void *ctx);

/** {"busy_cycles", "idle_cycles", "asleep_cycles", "busy", "idle", "asleep"}: shares in percent */
struct json_t *spp_status_shares(uint64_t busy, uint64_t idle, uint64_t asleep);

#endif
