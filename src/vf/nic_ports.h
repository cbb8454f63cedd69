/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The ports of one VF that end at a wire: NICs, and uplinks, which have two of them. Made when they
 * are first wired. Control thread only. When, says ports.h, which knows what state a port is in.
 */
#ifndef SPP_NIC_PORTS_H
#define SPP_NIC_PORTS_H

#include "spp/dp/nic.h"
#include "spp/dp/uplink.h"
#include "spp/model.h"

#include "common/share.h"
#include "vf/attach.h"

struct spp_nic_ports {
	struct spp_share *share;
	struct spp_attachment_info *attachment;
	unsigned int slot;
	uint8_t dev_id, parking;
	struct rte_mempool *mbufs;
	bool adapter;
	void (*wake)(void *sleeper);
	const struct spp_uplink *uplinks; /**< by number; which member is active is read */
	uint32_t before[SPP_NIC_MAX];     /**< slot that the NIC received for */
	struct spp_nic *nic[SPP_NIC_MAX]; /**< while it, or its uplink, is not free */
	struct spp_uplink_port *uplink[SPP_UPLINK_MAX]; /**< likewise */
};

/** Their names and their NICs are this VF's, while it runs. -EINVAL: there is no such NIC. */
int spp_nic_ports_claim_uplinks(struct spp_nic_ports *nics, struct spp_error *err);
/** The port is claimed: remember how it is. */
void spp_nic_ports_note(struct spp_nic_ports *nics, struct spp_port port);
/** Receive into our pool. What was made before it fails is undone by spp_nic_ports_undo(). */
int spp_nic_ports_open(struct spp_nic_ports *nics, struct spp_port port, struct spp_error *err);
/** As it was when it was noted: whoever received by it has its buffers again. */
void spp_nic_ports_undo(struct spp_nic_ports *nics, struct spp_port port);
/** No worker uses it any more. */
void spp_nic_ports_close(struct spp_nic_ports *nics, struct spp_port port);
/** Orderly end: no worker uses any of them. */
void spp_nic_ports_fini(struct spp_nic_ports *nics);

/** NULL: it is not open. */
struct spp_dp_port *spp_nic_ports_dp(const struct spp_nic_ports *nics, struct spp_port port);
/** Of an open uplink: what its sender polls beside, see spp/dp/uplink.h. */
struct spp_dp_port *spp_nic_ports_announcer(const struct spp_nic_ports *nics,
					    struct spp_port uplink);
/** The NICs of a NIC or uplink, bit by bit. */
uint32_t spp_nic_ports_mask(const struct spp_nic_ports *nics, struct spp_port port);
/** The link of a NIC; of an uplink, that one of its NICs has one. */
bool spp_nic_ports_link_up(const struct spp_nic_ports *nics, struct spp_port port);

#endif
