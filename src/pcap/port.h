/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The port that is recorded: a NIC, or the rx end of a ring whose tx end is a spp_vf's. Claimed and
 * opened at the start, held until the end. Control thread.
 */
#ifndef SPP_PCAP_PORT_H
#define SPP_PCAP_PORT_H

#include "vf/nic_ports.h"
#include "vf/ring_ports.h"

struct spp_pcap_port {
	struct spp_port port;
	struct spp_nic_ports nics;
	struct spp_ring_ports rings;
	struct spp_dp_port *dp; /**< to receive from */
};

struct spp_pcap_port_config {
	struct spp_port port; /**< of a ring `queue` is SPP_RING_RX */
	struct spp_share *share;
	struct spp_attachment_info *attachment;
	struct rte_mempool *mbufs;
};

/** That there is one of this number. -EINVAL with text: whoever chose it is wrong. */
int spp_pcap_port_check(const struct spp_pcap_port_config *config, struct spp_error *err);
/** One that was checked. */
int spp_pcap_port_open(struct spp_pcap_port *port, const struct spp_pcap_port_config *config,
		       struct spp_error *err);
/** Nobody receives from it any more. Does nothing when it was not opened. */
void spp_pcap_port_close(struct spp_pcap_port *port);

#endif
