/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port that is recorded. See port.h.
 */
#include "pcap/port.h"

#include <rte_ether.h>

#include "common/claims.h"

int
spp_pcap_port_check(const struct spp_pcap_port_config *config, struct spp_error *err)
{
	const struct spp_share *share = config->share;
	unsigned int index = config->port.index;

	if (config->port.kind == SPP_PORT_NIC)
		return index < SPP_NIC_MAX && (share->nic_mask & (1u << index)) != 0
			       ? 0
			       : spp_error(err, EINVAL, "-c phy:%u: not in spp_primary's -p 0x%x",
					   index, share->nic_mask);
	if (index >= share->nb_rings)
		return spp_error(err, EINVAL,
				 "-c ring:%u: spp_primary has %u rings (its -n; numbers begin "
				 "with 0)",
				 index, share->nb_rings);
	if (share->nb_shared_rings == 0)
		return spp_error(
			err, EINVAL,
			"-c ring:%u: spp_primary has no shared rings (--shared-rings), and "
			"its tx end is another process's",
			index);
	return 0;
}

int
spp_pcap_port_open(struct spp_pcap_port *port, const struct spp_pcap_port_config *config,
		   struct spp_error *err)
{
	static const struct spp_uplink no_uplinks[SPP_UPLINK_MAX];
	unsigned int slot = config->attachment->slot;
	int ret = spp_claim(config->share, config->port, slot, SPP_HOLD_PCAP, err);

	if (ret < 0)
		return ret;
	port->port = config->port;
	port->nics = (struct spp_nic_ports){
		.share = config->share,
		.attachment = config->attachment,
		.slot = slot,
		.dev_id = config->attachment->dev_id,
		.mbufs = config->mbufs,
		.uplinks = no_uplinks,
	};
	port->rings = (struct spp_ring_ports){
		.share = config->share,
		.slot = slot,
		.mbufs = config->mbufs,
		.frame_max = config->share->mtu + RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN,
	};
	if (config->port.kind == SPP_PORT_NIC) {
		spp_nic_ports_note(&port->nics, config->port);
		ret = spp_nic_ports_open(&port->nics, config->port, err);
		port->dp = ret == 0 ? spp_nic_ports_dp(&port->nics, config->port) : NULL;
		return ret;
	}
	ret = spp_ring_ports_open(&port->rings, config->port, err);
	if (ret < 0)
		return ret;
	spp_ring_ports_begin(&port->rings, config->port);
	port->dp = spp_ring_ports_dp(&port->rings, config->port);
	return 0;
}

void
spp_pcap_port_close(struct spp_pcap_port *port)
{
	if (port->dp == NULL)
		return;
	port->dp = NULL;
	if (port->port.kind == SPP_PORT_NIC)
		spp_nic_ports_close(&port->nics, port->port);
	else
		spp_ring_ports_close(&port->rings, port->port);
	spp_unclaim(port->nics.share, port->port, port->nics.slot);
}
