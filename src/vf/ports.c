/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports of a VF: claims in the shared table, NIC Rx adapters and vhost sockets when they are first
 * wired. See ports.h.
 */
#include "vf/ports.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include <rte_ether.h>

#include "spp/port_text.h"

#include "common/claims.h"
#include "common/log.h"
#include "common/policy.h"
#include "vf/attach.h"

/* MTU and one VLAN tag */
#define FRAME_OVERHEAD (RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN)

static int
ports_open_vhost(struct spp_ports *ports, unsigned int index, struct spp_error *err)
{
	char path[128];
	struct spp_vhost_config config = {
		.path = path,
		.client = ports->config.vhost_client,
		.owner = ports->config.vhost_owner,
		.group = ports->config.vhost_group,
		.frame_max = ports->config.share->mtu + FRAME_OVERHEAD,
		.trusted = (ports->inventory->trusted >> index & 1) != 0,
		.mbufs = ports->config.mbufs,
		.synchronize = ports->config.synchronize,
		.synchronize_arg = ports->config.synchronize_arg,
		.wake = ports->config.wake,
		.gone = ports->config.guest_gone,
		.gone_arg = ports->config.guest_gone_arg,
		.log = ports->config.log,
	};
	int ret;

	if (ports->vhost[index] != NULL)
		return 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	/* checked when it was read: exactly one conversion, %u */
	snprintf(path, sizeof(path), ports->config.vhost_path, index);
#pragma GCC diagnostic pop
	spp_policy_lower();
	ret = spp_vhost_create(&config, index, &ports->vhost[index], err);
	spp_policy_raise();
	return ret;
}

/* What a configuration file or --uplink names belongs to this VF while it lives. */
static bool
ports_is_fixed(const struct spp_ports *ports, struct spp_port port)
{
	if (port.kind == SPP_PORT_UPLINK)
		return true;
	return ports->config.from_file &&
	       (port.kind != SPP_PORT_NIC || ports->config.nic == port.index);
}

int
spp_ports_acquire(struct spp_ports *ports, struct spp_port port, struct spp_error *err)
{
	unsigned int id = spp_hold_id(port);
	char name[SPP_PORT_TEXT_SIZE];
	int ret;

	if (!ports->inventory->usable[spp_port_id(port)]) {
		if (port.kind == SPP_PORT_RING)
			port.queue = 0;
		return spp_error(err, ENOENT, "%s is not one of this spp_vf's ports",
				 spp_port_format(port, name));
	}
	if (port.queue != 0 && port.kind != SPP_PORT_RING)
		return spp_error(err, ENOENT, "nic%u has no queue %u (one queue: phy:%u)",
				 port.index, port.queue, port.index);
	ret = spp_claim(ports->config.share, port, ports->config.slot, SPP_HOLD_WIRING, err);
	if (ret < 0)
		return ret;
	if (spp_port_is_wire(port))
		spp_nic_ports_note(&ports->nics, port);
	/* with its guest it is there already, and goes back to that when the flush fails */
	ports->state[id] = ports->state[id] == SPP_PORT_GUEST ? SPP_PORT_WIRED : SPP_PORT_NEW;
	return 0;
}

static int
ports_open(struct spp_ports *ports, struct spp_port port, struct spp_error *err)
{
	int ret = 0;

	if (spp_port_is_wire(port))
		ret = spp_nic_ports_open(&ports->nics, port, err);
	else if (port.kind == SPP_PORT_VHOST)
		ret = ports_open_vhost(ports, port.index, err);
	else
		ret = spp_ring_ports_open(&ports->rings, port, err);
	if (ret == 0)
		ports->inventory->present[spp_port_id(port)] = true;
	return ret;
}

/* What follows may take locks of the EAL's, see struct spp_share_slot. @return how it was */
static uint32_t
ports_stir(const struct spp_ports *ports)
{
	return __atomic_exchange_n(&ports->config.share->slot[ports->config.slot].calm, 0,
				   __ATOMIC_SEQ_CST);
}

static void
ports_calm(const struct spp_ports *ports, uint32_t was)
{
	__atomic_store_n(&ports->config.share->slot[ports->config.slot].calm, was,
			 __ATOMIC_RELEASE);
}

int
spp_ports_open(struct spp_ports *ports, struct spp_error *err)
{
	uint32_t was = ports_stir(ports);
	unsigned int id;
	int ret = 0;

	for (id = 0; id < SPP_HOLD_MAX && ret == 0; id++) {
		if (ports->state[id] == SPP_PORT_NEW)
			ret = ports_open(ports, spp_hold_from_id(id), err);
	}
	ports_calm(ports, was);
	return ret;
}

void
spp_ports_publish(struct spp_ports *ports)
{
	struct spp_port port = {.kind = SPP_PORT_VHOST};
	unsigned int id;

	for (id = 0; id < SPP_HOLD_MAX; id++) {
		if (ports->state[id] != SPP_PORT_NEW)
			continue;
		ports->state[id] = SPP_PORT_WIRED;
		if (spp_hold_from_id(id).kind == SPP_PORT_RING)
			spp_ring_ports_begin(&ports->rings, spp_hold_from_id(id));
	}
	for (; port.index < SPP_VHOST_MAX; port.index++) {
		if (ports->state[spp_port_id(port)] == SPP_PORT_WIRED)
			spp_vhost_set_wired(ports->vhost[port.index], true);
	}
}

/* One of its ends is here. */
static bool
ports_has_ring(const struct spp_ports *ports, struct spp_port port)
{
	bool has = false;

	for (port.queue = 0; port.queue < SPP_RING_ENDS; port.queue++)
		has |= ports->state[spp_hold_id(port)] != SPP_PORT_FREE;
	return has;
}

static void
ports_give_back(struct spp_ports *ports, struct spp_port port)
{
	ports->state[spp_hold_id(port)] = SPP_PORT_FREE;
	if (ports_is_fixed(ports, port))
		return;
	if (port.kind == SPP_PORT_RING)
		ports->inventory->present[spp_port_id(port)] = ports_has_ring(ports, port);
	spp_unclaim(ports->config.share, port, ports->config.slot);
}

/* The flush failed. No worker has seen the port: whatever was made for it goes, a guest that has
 * just come included. */
static void
ports_undo(struct spp_ports *ports, struct spp_port port)
{
	if (spp_port_is_wire(port))
		spp_nic_ports_undo(&ports->nics, port);
	if (port.kind == SPP_PORT_VHOST && !ports_is_fixed(ports, port)) {
		spp_vhost_destroy(ports->vhost[port.index]);
		ports->vhost[port.index] = NULL;
		ports->inventory->present[spp_port_id(port)] = false;
	}
	ports_give_back(ports, port);
}

static void
ports_hold_on(struct spp_ports *ports, struct spp_port port, enum spp_port_state state,
	      enum spp_hold why)
{
	ports->state[spp_hold_id(port)] = (uint8_t)state;
	(void)spp_claim(ports->config.share, port, ports->config.slot, why, NULL); /* it is ours */
}

/* No wiring names it and no worker uses it. */
static void
ports_let_go(struct spp_ports *ports, struct spp_port port)
{
	if (spp_port_is_wire(port)) {
		spp_nic_ports_close(&ports->nics, port);
	} else if (port.kind == SPP_PORT_RING) {
		spp_ring_ports_close(&ports->rings, port);
	} else if (port.kind == SPP_PORT_VHOST) {
		spp_vhost_set_wired(ports->vhost[port.index], false);
		if (!ports_is_fixed(ports, port)) {
			if (!spp_vhost_close(ports->vhost[port.index])) {
				ports_hold_on(ports, port, SPP_PORT_GUEST, SPP_HOLD_GUEST);
				return;
			}
			ports->vhost[port.index] = NULL;
			ports->inventory->present[spp_port_id(port)] = false;
		}
	}
	ports_give_back(ports, port);
}

void
spp_ports_release(struct spp_ports *ports, struct spp_port port, bool late)
{
	uint32_t was = ports_stir(ports);

	if (ports->state[spp_hold_id(port)] == SPP_PORT_NEW)
		ports_undo(ports, port);
	else if (late)
		ports_hold_on(ports, port, SPP_PORT_LATE, SPP_HOLD_WORKER);
	else
		ports_let_go(ports, port);
	ports_calm(ports, was);
}

static bool
ports_is_wired(const struct spp_ports *ports, unsigned int ring, enum spp_ring_side end)
{
	const struct spp_port port = {
		.kind = SPP_PORT_RING, .queue = (uint8_t)end, .index = (uint16_t)ring};

	return ports->state[spp_hold_id(port)] == SPP_PORT_WIRED;
}

void
spp_ports_settle(struct spp_ports *ports, bool late)
{
	uint32_t was = ports_stir(ports);
	unsigned int id;

	for (id = 0; id < SPP_HOLD_MAX; id++) {
		if (ports->state[id] == SPP_PORT_GUEST ||
		    (ports->state[id] == SPP_PORT_LATE && !late))
			ports_let_go(ports, spp_hold_from_id(id));
	}
	ports_calm(ports, was);
}

void
spp_ports_peer(const struct spp_ports *ports, unsigned int ring, struct spp_ring_peer *out)
{
	struct spp_port other = {.kind = SPP_PORT_RING, .index = (uint16_t)ring};
	bool rx = ports_is_wired(ports, ring, SPP_RING_RX);
	bool tx = ports_is_wired(ports, ring, SPP_RING_TX);

	*out = (struct spp_ring_peer){.alone = rx != tx, .has_rx = rx};
	if (!out->alone)
		return;
	other.queue = rx ? SPP_RING_TX : SPP_RING_RX;
	out->process = spp_claim_process(ports->config.share, other, NULL);
	out->waiting = spp_ring_ports_waiting(&ports->rings, ring);
	out->gone = out->process == 0 && spp_ring_ports_is_left(&ports->rings, other);
}

bool
spp_ports_is_late(const struct spp_ports *ports, struct spp_port port)
{
	return ports->state[spp_hold_id(port)] == SPP_PORT_LATE;
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

	for (i = 0; i < SPP_UPLINK_MAX; i++) {
		if (inventory->uplink[i].there)
			ports_mark(inventory->usable, SPP_PORT_UPLINK, i, 1);
	}
	for (i = 0; i < SPP_NIC_MAX; i++) {
		if ((config->share->nic_mask & (1u << i)) &&
		    spp_uplink_of_nic(inventory->uplink, i) < 0 &&
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
		inventory->on_first_use = true;
	}
}

static void
ports_set_mtu(struct spp_ports *ports)
{
	uint32_t mtu = ports->config.share->mtu;

	ports->inventory->mtu = mtu;
	if (spp_vhost_needs_host_mtu(mtu + FRAME_OVERHEAD, ports->config.mbufs))
		ports->inventory->host_mtu = mtu;
}

int
spp_ports_init(struct spp_ports *ports, const struct spp_ports_config *config,
	       struct spp_inventory *inventory, struct spp_error *err)
{
	struct spp_port port = {.kind = SPP_PORT_VHOST};
	unsigned int i;
	int ret;

	memset(ports, 0, sizeof(*ports));
	ports->config = *config;
	ports->inventory = inventory;
	ports->nics = (struct spp_nic_ports){
		.share = config->share,
		.attachment = config->attachment,
		.slot = config->slot,
		.dev_id = config->dev_id,
		.parking = config->parking,
		.mbufs = config->mbufs,
		.adapter = config->adapter,
		.wake = config->wake,
		.uplinks = inventory->uplink,
	};
	ports->rings = (struct spp_ring_ports){
		.share = config->share,
		.slot = config->slot,
		.mbufs = config->mbufs,
		.frame_max = config->share->mtu + FRAME_OVERHEAD,
	};
	ports_set_usable(ports);
	ports_set_mtu(ports);
	ret = spp_nic_ports_claim_uplinks(&ports->nics, err);
	for (i = 0; i < config->nb_vhosts && ret == 0; i++) {
		port.index = (uint16_t)(config->first_vhost + i);
		ret = spp_claim(config->share, port, config->slot, SPP_HOLD_FILE, err);
		if (ret == 0)
			ret = ports_open(ports, port, err);
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
	spp_ring_ports_fini(&ports->rings);
	spp_nic_ports_fini(&ports->nics);
}

struct spp_dp_port *
spp_ports_dp(struct spp_ports *ports, struct spp_port port)
{
	switch (port.kind) {
	case SPP_PORT_NIC:
	case SPP_PORT_UPLINK:
		return spp_nic_ports_dp(&ports->nics, port);
	case SPP_PORT_VHOST:
		return ports->vhost[port.index] != NULL ? spp_vhost_dp(ports->vhost[port.index])
							: NULL;
	default:
		return spp_ring_ports_dp(&ports->rings, port);
	}
}

struct spp_dp_port *
spp_ports_announcer(const struct spp_ports *ports, struct spp_port uplink)
{
	return spp_nic_ports_announcer(&ports->nics, uplink);
}

uint32_t
spp_ports_nics(const struct spp_ports *ports, struct spp_port uplink)
{
	return spp_nic_ports_mask(&ports->nics, uplink);
}

bool
spp_ports_link_up(struct spp_ports *ports, struct spp_port port)
{
	switch (port.kind) {
	case SPP_PORT_NIC:
	case SPP_PORT_UPLINK:
		return spp_nic_ports_link_up(&ports->nics, port);
	case SPP_PORT_VHOST:
		return ports->vhost[port.index] != NULL &&
		       spp_vhost_connected(ports->vhost[port.index]);
	default:
		return true;
	}
}

unsigned int
spp_ports_problems(const struct spp_ports *ports, struct spp_port port)
{
	return port.kind == SPP_PORT_VHOST && ports->vhost[port.index] != NULL
		       ? spp_vhost_problems(ports->vhost[port.index])
		       : 0;
}

void
spp_ports_features(const struct spp_ports *ports, struct spp_port port, uint64_t *offered,
		   uint64_t *negotiated)
{
	*offered = *negotiated = 0;
	if (port.kind == SPP_PORT_VHOST && ports->vhost[port.index] != NULL)
		spp_vhost_features(ports->vhost[port.index], offered, negotiated);
}
