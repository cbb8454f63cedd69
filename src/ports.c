/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports of a VF: claims in the shared table, NIC Rx adapters and vhost sockets on first use.
 * Called by dataplane.c.
 */
#include "ports.h"

#include <stdio.h>
#include <string.h>

#include <rte_ether.h>

#include "attach.h"

/* MTU and one VLAN tag */
#define FRAME_OVERHEAD (RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN)

static int
ports_make_nic(struct spp_ports *ports, unsigned int index, struct spp_error *err)
{
	struct spp_nic_config config = {
		.eth_port = (uint16_t)index,
		.dev_id = ports->config.dev_id,
		.ev_port = ports->config.parking,
		.frame_max = ports->config.share->mtu + FRAME_OVERHEAD,
		.adapter = ports->config.adapter,
	};
	bool bound = __atomic_load_n(&ports->config.share->nic_slot[index], __ATOMIC_ACQUIRE) ==
		     ports->config.slot;
	int ret;

	if (ports->nic[index] != NULL && bound)
		return 0;
	ret = spp_attach_bind(ports->config.slot, index, &config.adapter_id, err);
	if (ret < 0 || ports->nic[index] != NULL)
		return ret;
	return spp_nic_create(&config, &ports->nic[index], err);
}

static int
ports_make_vhost(struct spp_ports *ports, unsigned int index, struct spp_error *err)
{
	char path[128];
	struct spp_vhost_config config = {
		.path = path,
		.client = ports->config.vhost_client,
		.owner = ports->config.vhost_owner,
		.group = ports->config.vhost_group,
		.frame_max = ports->config.share->mtu + FRAME_OVERHEAD,
		.mbufs = ports->config.mbufs,
		.synchronize = ports->config.synchronize,
		.synchronize_arg = ports->config.synchronize_arg,
		.wake = ports->config.wake,
		.log = ports->config.log,
	};

	if (ports->vhost[index] != NULL)
		return 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	/* checked when it was read: exactly one conversion, %u */
	snprintf(path, sizeof(path), ports->config.vhost_path, index);
#pragma GCC diagnostic pop
	return spp_vhost_create(&config, index, &ports->vhost[index], err);
}

int
spp_ports_acquire(struct spp_ports *ports, struct spp_port port, struct spp_error *err)
{
	unsigned int id = spp_port_id(port);
	char name[32];
	int ret;

	if (!ports->inventory->usable[id]) {
		spp_port_text(port, name, sizeof(name));
		return spp_error(err, ENOENT, "%s is not one of this spp_vf's ports", name);
	}
	if (port.queue != 0)
		return spp_error(err, ENOENT, "nic%u has no queue %u (one queue: phy:%u)",
				 port.index, port.queue, port.index);
	ret = spp_share_claim(ports->config.share, port, ports->config.slot, err);
	if (ret < 0)
		return ret;
	if (port.kind == SPP_PORT_NIC)
		ret = ports_make_nic(ports, port.index, err);
	else if (port.kind == SPP_PORT_VHOST)
		ret = ports_make_vhost(ports, port.index, err);
	if (ret < 0)
		spp_ports_release(ports, port);
	else
		ports->inventory->present[id] = true;
	return ret;
}

/* What a configuration file names belongs to this VF while it lives. */
static bool
ports_is_fixed(const struct spp_ports *ports, struct spp_port port)
{
	return ports->config.from_file &&
	       (port.kind != SPP_PORT_NIC || ports->config.nic == port.index);
}

void
spp_ports_release(struct spp_ports *ports, struct spp_port port)
{
	/* A vhost socket stays: its guest may be connected to it, and nobody else may make it. */
	if (port.kind == SPP_PORT_VHOST || ports_is_fixed(ports, port))
		return;
	spp_share_unclaim(ports->config.share, port, ports->config.slot);
}

static void
ports_mark(bool flags[], enum spp_port_kind kind, unsigned int first, unsigned int nb)
{
	struct spp_port port = {.kind = kind};
	unsigned int i;

	for (i = first; i < first + nb; i++) {
		port.index = (uint16_t)i;
		flags[spp_port_id(port)] = true;
	}
}

static void
ports_set_usable(struct spp_ports *ports)
{
	const struct spp_ports_config *config = &ports->config;
	struct spp_inventory *inventory = ports->inventory;
	unsigned int i;

	for (i = 0; i < SPP_NIC_MAX; i++) {
		if ((config->share->nic_mask & (1u << i)) &&
		    (config->nic < 0 || (unsigned int)config->nic == i))
			ports_mark(inventory->usable, SPP_PORT_NIC, i, 1);
	}
	memcpy(inventory->present, inventory->usable, sizeof(inventory->present));
	if (config->from_file) {
		ports_mark(inventory->usable, SPP_PORT_VHOST, config->first_vhost,
			   config->nb_vhosts);
		ports_mark(inventory->usable, SPP_PORT_RING, 2 * config->first_vhost,
			   config->nb_rings);
		ports_mark(inventory->present, SPP_PORT_RING, 2 * config->first_vhost,
			   config->nb_rings);
	} else {
		ports_mark(inventory->usable, SPP_PORT_VHOST, 0, SPP_VHOST_MAX);
		ports_mark(inventory->usable, SPP_PORT_RING, 0, config->share->nb_rings);
		ports_mark(inventory->present, SPP_PORT_RING, 0, config->share->nb_rings);
	}
}

int
spp_ports_init(struct spp_ports *ports, const struct spp_ports_config *config,
	       struct spp_inventory *inventory, struct spp_error *err)
{
	struct spp_port port = {.kind = SPP_PORT_VHOST};
	unsigned int i;
	int ret = 0;

	memset(ports, 0, sizeof(*ports));
	ports->config = *config;
	ports->inventory = inventory;
	ports_set_usable(ports);
	for (i = 0; i < config->nb_vhosts && ret == 0; i++) {
		port.index = (uint16_t)(config->first_vhost + i);
		ret = spp_ports_acquire(ports, port, err);
	}
	return ret;
}

void
spp_ports_fini(struct spp_ports *ports)
{
	unsigned int i;

	for (i = 0; i < SPP_VHOST_MAX; i++) {
		spp_vhost_destroy(ports->vhost[i]);
		ports->vhost[i] = NULL;
	}
	for (i = 0; i < SPP_NIC_MAX; i++) {
		spp_nic_destroy(ports->nic[i]);
		ports->nic[i] = NULL;
	}
}

struct spp_dp_port *
spp_ports_dp(struct spp_ports *ports, struct spp_port port)
{
	switch (port.kind) {
	case SPP_PORT_NIC:
		return ports->nic[port.index] != NULL ? spp_nic_dp(ports->nic[port.index]) : NULL;
	case SPP_PORT_VHOST:
		return ports->vhost[port.index] != NULL ? spp_vhost_dp(ports->vhost[port.index])
							: NULL;
	default:
		return NULL;
	}
}

bool
spp_ports_link_up(struct spp_ports *ports, struct spp_port port)
{
	switch (port.kind) {
	case SPP_PORT_NIC:
		return (__atomic_load_n(&ports->config.share->nic_up, __ATOMIC_RELAXED) >>
			port.index) &
		       1;
	case SPP_PORT_VHOST:
		return ports->vhost[port.index] != NULL &&
		       spp_vhost_connected(ports->vhost[port.index]);
	default:
		return true;
	}
}
