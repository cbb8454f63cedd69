/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The VF's side of the conversation with spp_primary (common/messages.h).
 * Control thread only; every request has a deadline.
 */
#ifndef SPP_ATTACH_H
#define SPP_ATTACH_H

#include "common/share.h"

/** The VF that asks for a slot. */
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
	int fd; /**< connection to the primary; readable when that is gone */
	uint32_t nb_requests;
};

/** Waits up to 10 s while the primary is at other work, or puts a predecessor's share in order. */
int spp_attach(const struct spp_attach_config *config, struct spp_attachment_info *out,
	       struct spp_error *err);
/** When fd is readable and nothing is asked: whether the primary is gone. An answer that comes too
 * late makes it readable, too, and is forgotten. */
bool spp_attach_is_over(const struct spp_attachment_info *info);
/** We run. @param device the event device is started: let the primary schedule it; false: we do
 * not use it */
int spp_attach_run(struct spp_attachment_info *info, bool device, struct spp_error *err);
/** Let a NIC receive into this VF's pool; answers the id for its Rx adapter. */
int spp_attach_bind(struct spp_attachment_info *info, unsigned int nic, uint8_t *adapter_id,
		    struct spp_error *err);
/** Take that back: it receives into the pool of slot `before` again. */
int spp_attach_unbind(struct spp_attachment_info *info, unsigned int nic, unsigned int before,
		      struct spp_error *err);
/** Orderly end: everything is given back. -ETIMEDOUT: no answer within so long; ask again. */
int spp_attach_leave(struct spp_attachment_info *info, unsigned int ms, struct spp_error *err);

#endif
