/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NICs and uplinks of a VF. See nic_ports.h.
 */
#include "vf/nic_ports.h"

#include <errno.h>
#include <syslog.h>

#include <rte_ether.h>

#include "common/claims.h"
#include "common/log.h"

static uint32_t
slot_of(const struct spp_nic_ports *nics, unsigned int nic)
{
	return __atomic_load_n(&nics->share->nic_slot[nic], __ATOMIC_ACQUIRE);
}

static int
open_nic(struct spp_nic_ports *nics, unsigned int index, struct spp_error *err)
{
	struct spp_nic_config config = {
		.eth_port = (uint16_t)index,
		.dev_id = nics->dev_id,
		.ev_port = nics->parking,
		.frame_max = nics->share->mtu + RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN,
		.mbufs = nics->mbufs,
		.adapter = nics->adapter,
	};
	int ret;

	if (nics->nic[index] != NULL)
		return 0;
	ret = spp_attach_bind(nics->attachment, index, &config.adapter_id, err);
	return ret < 0 ? ret : spp_nic_create(&config, &nics->nic[index], err);
}

static void
close_nic(struct spp_nic_ports *nics, unsigned int index)
{
	spp_nic_destroy(nics->nic[index]);
	nics->nic[index] = NULL;
}

static void
undo_nic(struct spp_nic_ports *nics, unsigned int index)
{
	struct spp_error err;

	close_nic(nics, index);
	if (nics->before[index] != slot_of(nics, index) &&
	    spp_attach_unbind(nics->attachment, index, nics->before[index], &err) < 0)
		spp_log(LOG_WARNING, "nic%u receives on into our buffers: %s", index, err.text);
}

static int
open_uplink(struct spp_nic_ports *nics, struct spp_port port, struct spp_error *err)
{
	const struct spp_uplink *uplink = &nics->uplinks[port.index];
	struct spp_uplink_port_config config = {
		.index = port.index,
		.active = uplink->active,
		.wake = nics->wake,
	};
	unsigned int m;
	int ret;

	for (m = 0; m < SPP_UPLINK_MEMBERS; m++) {
		ret = open_nic(nics, uplink->nic[m], err);
		if (ret < 0)
			return ret;
		config.member[m] = spp_nic_dp(nics->nic[uplink->nic[m]]);
		config.counters_offset[m] = uplink->nic[m] - (int)spp_port_id(port);
	}
	return spp_uplink_port_create(&config, &nics->uplink[port.index], err);
}

static void
close_uplink(struct spp_nic_ports *nics, unsigned int index)
{
	spp_uplink_port_destroy(nics->uplink[index]);
	nics->uplink[index] = NULL;
}

static int
claim_uplink(struct spp_nic_ports *nics, struct spp_port port, struct spp_error *err)
{
	const struct spp_uplink *uplink = &nics->uplinks[port.index];
	struct spp_port nic = {.kind = SPP_PORT_NIC};
	unsigned int m;
	int ret = spp_claim(nics->share, port, nics->slot, SPP_HOLD_UPLINK, err);

	for (m = 0; m < SPP_UPLINK_MEMBERS && ret == 0; m++) {
		nic.index = uplink->nic[m];
		if (!(nics->share->nic_mask & (1u << nic.index)))
			return spp_error(err, EINVAL,
					 "uplink%u: nic%u: not in spp_primary's -p 0x%x",
					 port.index, nic.index, nics->share->nic_mask);
		ret = spp_claim(nics->share, nic, nics->slot, SPP_HOLD_UPLINK, err);
	}
	return ret;
}

int
spp_nic_ports_claim_uplinks(struct spp_nic_ports *nics, struct spp_error *err)
{
	struct spp_port port = {.kind = SPP_PORT_UPLINK};
	int ret = 0;

	for (; port.index < SPP_UPLINK_MAX && ret == 0; port.index++) {
		if (nics->uplinks[port.index].there)
			ret = claim_uplink(nics, port, err);
	}
	return ret;
}

void
spp_nic_ports_note(struct spp_nic_ports *nics, struct spp_port port)
{
	uint32_t mask = spp_nic_ports_mask(nics, port);

	for (; mask != 0; mask &= mask - 1)
		nics->before[__builtin_ctz(mask)] = slot_of(nics, (unsigned)__builtin_ctz(mask));
}

int
spp_nic_ports_open(struct spp_nic_ports *nics, struct spp_port port, struct spp_error *err)
{
	return port.kind == SPP_PORT_NIC ? open_nic(nics, port.index, err)
					 : open_uplink(nics, port, err);
}

void
spp_nic_ports_undo(struct spp_nic_ports *nics, struct spp_port port)
{
	uint32_t mask = spp_nic_ports_mask(nics, port);

	if (port.kind == SPP_PORT_UPLINK)
		close_uplink(nics, port.index);
	for (; mask != 0; mask &= mask - 1)
		undo_nic(nics, (unsigned int)__builtin_ctz(mask));
}

void
spp_nic_ports_close(struct spp_nic_ports *nics, struct spp_port port)
{
	uint32_t mask = spp_nic_ports_mask(nics, port);

	if (port.kind == SPP_PORT_UPLINK)
		close_uplink(nics, port.index);
	for (; mask != 0; mask &= mask - 1)
		close_nic(nics, (unsigned int)__builtin_ctz(mask));
}

void
spp_nic_ports_fini(struct spp_nic_ports *nics)
{
	unsigned int i;

	for (i = 0; i < SPP_UPLINK_MAX; i++)
		close_uplink(nics, i);
	for (i = 0; i < SPP_NIC_MAX; i++)
		close_nic(nics, i);
}

struct spp_dp_port *
spp_nic_ports_dp(const struct spp_nic_ports *nics, struct spp_port port)
{
	if (port.kind == SPP_PORT_NIC)
		return nics->nic[port.index] != NULL ? spp_nic_dp(nics->nic[port.index]) : NULL;
	return nics->uplink[port.index] != NULL ? spp_uplink_port_dp(nics->uplink[port.index])
						: NULL;
}

struct spp_dp_port *
spp_nic_ports_announcer(const struct spp_nic_ports *nics, struct spp_port uplink)
{
	return spp_uplink_port_announcer(nics->uplink[uplink.index]);
}

uint32_t
spp_nic_ports_mask(const struct spp_nic_ports *nics, struct spp_port port)
{
	const struct spp_uplink *uplink = &nics->uplinks[port.index % SPP_UPLINK_MAX];

	if (port.kind == SPP_PORT_NIC)
		return 1u << port.index;
	return 1u << uplink->nic[0] | 1u << uplink->nic[1];
}

bool
spp_nic_ports_link_up(const struct spp_nic_ports *nics, struct spp_port port)
{
	return (__atomic_load_n(&nics->share->nic_up, __ATOMIC_RELAXED) &
		spp_nic_ports_mask(nics, port)) != 0;
}
