/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RARP frames after a move. See announce.h.
 *
 * The addresses behind an uplink are those of the table whose entries lead out by another port of
 * the component that has what comes by the uplink.
 */
#include "vf/announce.h"

#include <string.h>

#include <rte_ether.h>
#include <rte_mbuf.h>

/* Shortest frame, without FCS (IEEE 802.3, 4.2.3.3), and one with a tag. */
#define FRAME_SIZE 60

/* RFC 903: as ARP (RFC 826), operation 3; the address asks for itself. */
struct rarp {
	rte_be16_t hardware, protocol;
	uint8_t hardware_length, protocol_length;
	rte_be16_t operation;
	uint8_t sender_mac[6], sender_ip[4], target_mac[6], target_ip[4];
} __rte_packed;

#define RARP_REQUEST 3

void
spp_announce_begin(struct spp_announce *announce)
{
	*announce = (struct spp_announce){.running = true};
}

/* The classifier or switch that gets what comes by the port; NULL: none, nothing is looked up. */
static const struct spp_hop *
sorter_behind(const struct spp_snapshot *snap, unsigned int port_id)
{
	const struct spp_hop *hop;
	unsigned int rings;

	for (rings = 0; rings < SPP_COMPONENT_MAX; rings++) {
		if (snap->consumer[port_id] == SPP_QUEUE_NONE)
			return NULL;
		hop = &snap->hop[snap->consumer[port_id]];
		if (!spp_stage_passes(hop->stage))
			return hop;
		if (hop->nb_tx == 0)
			return NULL;
		port_id = hop->tx[0].port_id;
	}
	return NULL;
}

/* What is done to tags of what is sent by the uplink; NULL: nothing sends by it. */
static const struct spp_vlan *
vlan_at_tx(const struct spp_snapshot *snap, unsigned int port_id)
{
	unsigned int q, t;

	for (q = 0; q < SPP_COMPONENT_MAX; q++) {
		for (t = 0; t < snap->hop[q].nb_tx; t++) {
			if (snap->hop[q].tx[t].port_id == port_id)
				return &snap->hop[q].tx[t].vlan;
		}
	}
	return NULL;
}

static bool
is_behind(const struct spp_snapshot *snap, const struct spp_hop *sorter,
	  const struct spp_mac_slot *slot, unsigned int uplink)
{
	unsigned int id;
	bool any = false;

	if (slot->key == SPP_MAC_TABLE_EMPTY)
		return false;
	if (likely(slot->port < SPP_MAC_TABLE_SEVERAL))
		return sorter->place_of_port[slot->port] >= SPP_PLACE_TX &&
		       snap->end_of_port[slot->port] != uplink;
	for (id = 0; id < SPP_PORT_ID_MAX; id++) {
		if (!spp_mac_table_names(snap->table, slot->port, id))
			continue;
		if (snap->end_of_port[id] == uplink)
			return false;
		any |= sorter->place_of_port[id] >= SPP_PLACE_TX;
	}
	return any;
}

/* The tag that a packet of the address leaves with: VID 0xffff, none. */
static uint16_t
tci_of(const struct spp_vlan *vlan, uint16_t vid)
{
	if (vlan->op == SPP_VLAN_ADD)
		return (uint16_t)(vlan->pcp << 13 | vlan->vid);
	return vlan->op == SPP_VLAN_DEL ? SPP_VID_NONE : vid;
}

static struct rte_mbuf *
make_frame(struct rte_mempool *mbufs, uint64_t key, const struct spp_vlan *vlan)
{
	const uint64_t address = rte_cpu_to_be_64(key << 16);
	const uint16_t tci = tci_of(vlan, (uint16_t)(key >> 48));
	struct rte_mbuf *m = rte_pktmbuf_alloc(mbufs);
	struct rarp rarp = {.hardware = RTE_BE16(1),
			    .protocol = RTE_BE16(RTE_ETHER_TYPE_IPV4),
			    .hardware_length = 6,
			    .protocol_length = 4,
			    .operation = RTE_BE16(RARP_REQUEST)};
	uint16_t size = FRAME_SIZE, type = RTE_ETHER_TYPE_RARP;
	char *frame, *at;

	if (m == NULL)
		return NULL;
	if (tci != SPP_VID_NONE)
		size += RTE_VLAN_HLEN;
	frame = rte_pktmbuf_append(m, size);
	if (unlikely(frame == NULL)) { /* no mbuf of ours is so small */
		rte_pktmbuf_free(m);
		return NULL;
	}
	memset(frame, 0, size);
	memset(frame, 0xff, RTE_ETHER_ADDR_LEN);
	memcpy(frame + RTE_ETHER_ADDR_LEN, &address, RTE_ETHER_ADDR_LEN);
	at = frame + (ptrdiff_t)(2 * RTE_ETHER_ADDR_LEN);
	if (tci != SPP_VID_NONE) {
		memcpy(at, (rte_be16_t[]){RTE_BE16(RTE_ETHER_TYPE_VLAN), rte_cpu_to_be_16(tci)},
		       RTE_VLAN_HLEN);
		at += RTE_VLAN_HLEN;
	}
	type = rte_cpu_to_be_16(type);
	memcpy(at, &type, sizeof(type));
	memcpy(rarp.sender_mac, &address, sizeof(rarp.sender_mac));
	memcpy(rarp.target_mac, &address, sizeof(rarp.target_mac));
	memcpy(at + sizeof(type), &rarp, sizeof(rarp));
	return m;
}

unsigned int
spp_announce_step(struct spp_announce *announce, const struct spp_snapshot *snap,
		  unsigned int port_id, struct spp_uplink_port *uplink, struct rte_mempool *mbufs)
{
	const struct spp_hop *sorter = sorter_behind(snap, port_id);
	const struct spp_vlan *vlan = vlan_at_tx(snap, port_id);
	unsigned int nb = 0, max = RTE_MIN(SPP_ANNOUNCE_STEP, spp_uplink_port_room(uplink)), taken;
	struct rte_mbuf *frames[SPP_ANNOUNCE_STEP];
	const struct spp_mac_slot *slot;

	if (!announce->running)
		return 0;
	if (sorter == NULL || vlan == NULL) {
		announce->running = false;
		return 0;
	}
	for (; nb < max && announce->next <= snap->table->mask; announce->next++) {
		slot = &snap->table->slot[announce->next];
		if (!is_behind(snap, sorter, slot, port_id))
			continue;
		frames[nb] = make_frame(mbufs, slot->key, vlan);
		if (frames[nb] == NULL)
			break; /* the pool is empty: at the next step */
		nb++;
	}
	announce->running = announce->next <= snap->table->mask;
	taken = spp_uplink_port_announce(uplink, frames, nb);
	rte_pktmbuf_free_bulk(frames + taken, nb - taken);
	return taken;
}
