/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The VF's side of the conversation with spp_primary (share.h has the messages).
 * Control thread only; every request has a deadline.
 */
#ifndef SPP_ATTACH_H
#define SPP_ATTACH_H

#include "share.h"

/** Who asks for a slot. */
struct spp_attach_config {
	unsigned int process_id;
	unsigned int nb_workers;
	bool from_file; /**< the following come from a configuration file */
	unsigned int first_vhost, nb_vhosts, nb_rings;
	int nic; /**< -1: none named */
};

struct spp_attachment_info {
	unsigned int slot;
	uint32_t session;
	uint8_t dev_id;
	unsigned int nb_queues;
};

/** Waits up to 5 s while a predecessor is being cleaned up. */
int spp_attach(const struct spp_attach_config *config, struct spp_attachment_info *out,
	       struct spp_error *err);
/** The event device is started: let the primary schedule it. */
int spp_attach_run(unsigned int slot, struct spp_error *err);
/** Let a NIC receive into this VF's pool; answers the id for its Rx adapter. */
int spp_attach_bind(unsigned int slot, unsigned int nic, uint8_t *adapter_id,
		    struct spp_error *err);
/** Orderly end: everything is given back. */
int spp_attach_leave(unsigned int slot, struct spp_error *err);

#endif
