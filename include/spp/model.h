/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A whole configuration of one spp_vf as a value: components, their ports, the table of classifiers
 * and switches, labels of ports.
 *
 * Control stages a model and hands it to the data plane, which builds its snapshot from it.
 * Plain C: no DPDK, no JSON. No pointers inside except the table, see spp_model_copy().
 */
#ifndef SPP_MODEL_H
#define SPP_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/limits.h"

enum spp_port_kind {
	SPP_PORT_NIC,    /**< nicN is DPDK port N */
	SPP_PORT_VHOST,  /**< vhost-user socket N */
	SPP_PORT_UPLINK, /**< two NICs of the VF, one of which sends: struct spp_uplink */
	SPP_PORT_RING,   /**< from one component to another, of this VF or of another one */
};

/** The ends of a ring, which two VFs may have. A component has its rx end as rx port. */
enum spp_ring_side { SPP_RING_RX, SPP_RING_TX, SPP_RING_ENDS };

/** Names one port of the host. `queue` is 0 but for the spelling phy:NnqM, and where the ends of a
 * ring are held one by one (claims, wiring/plan.h): there it is an enum spp_ring_side. */
struct spp_port {
	uint8_t kind; /**< enum spp_port_kind */
	uint8_t queue;
	uint16_t index;
};

/** Ports of a kind that one host may have. @param kind enum spp_port_kind */
static inline unsigned int
spp_port_kind_nb(unsigned int kind)
{
	switch (kind) {
	case SPP_PORT_NIC:
		return SPP_NIC_MAX;
	case SPP_PORT_VHOST:
		return SPP_VHOST_MAX;
	case SPP_PORT_UPLINK:
		return SPP_UPLINK_MAX;
	default:
		return SPP_RING_MAX;
	}
}

/** Dense number of a port, 0..SPP_PORT_ID_MAX-1; also the event flow id of its packets. */
static inline unsigned int
spp_port_id(struct spp_port port)
{
	switch (port.kind) {
	case SPP_PORT_NIC:
		return port.index;
	case SPP_PORT_VHOST:
		return SPP_NIC_MAX + port.index;
	case SPP_PORT_UPLINK:
		return SPP_NIC_MAX + SPP_VHOST_MAX + port.index;
	default:
		return SPP_END_MAX + port.index;
	}
}

/** What is sent to the port goes out on a wire. */
static inline bool
spp_port_is_wire(struct spp_port port)
{
	return port.kind == SPP_PORT_NIC || port.kind == SPP_PORT_UPLINK;
}

static inline struct spp_port
spp_port_from_id(unsigned int id)
{
	struct spp_port port = {0};

	if (id < SPP_NIC_MAX) {
		port.kind = SPP_PORT_NIC;
	} else if (id < SPP_NIC_MAX + SPP_VHOST_MAX) {
		port.kind = SPP_PORT_VHOST;
		id -= SPP_NIC_MAX;
	} else if (id < SPP_END_MAX) {
		port.kind = SPP_PORT_UPLINK;
		id -= SPP_NIC_MAX + SPP_VHOST_MAX;
	} else {
		port.kind = SPP_PORT_RING;
		id -= SPP_END_MAX;
	}
	port.index = (uint16_t)id;
	return port;
}

static inline bool
spp_port_equal(struct spp_port a, struct spp_port b)
{
	return a.kind == b.kind && a.index == b.index && a.queue == b.queue;
}

enum spp_vlan_op {
	SPP_VLAN_NONE,
	SPP_VLAN_ADD, /**< push, or overwrite the tag that is there (802.1Q, one tag) */
	SPP_VLAN_DEL, /**< pop the tag if there is one */
};

/** What a component does to the VLAN tag of packets that pass one of its ports. */
struct spp_vlan {
	uint8_t op; /**< enum spp_vlan_op */
	uint8_t pcp;
	uint16_t vid;
};

/** What a component does not take from a guest, at an rx port that is a vhost. */
enum spp_filter {
	SPP_FILTER_NONE,
	/** Frames to 01-80-C2-00-00-00 to -0F, which end at the next bridge (IEEE 802.1Q, 8.6.3).
	 */
	SPP_FILTER_RESERVED,
};

struct spp_attachment {
	struct spp_port port;
	struct spp_vlan vlan;
	uint8_t filter; /**< enum spp_filter */
	/** rx: drop frames whose source address (and VID) has no entry that leads to this port. */
	bool source_check;
	/** rx port of a switch: `pair` is the tx port that leads to the same place. A port that is
	 * rx and tx of the switch needs none. */
	bool paired;
	struct spp_port pair;
	/** rx port of a switch: multicasts a second that are taken, SPP_STORM_... */
	uint32_t storm_pps;
};

/**
 * What a switch takes in multicasts from a port that says nothing about it. From a guest or ring:
 * as many as no guest sends in its own interest (ARP, ND, DHCP, VRRP and mDNS are tens a second),
 * and so few that copies for 63 others, 252,000 a second, are some percent of a core. From a NIC:
 * all, for what a site has on its wire (IPTV) nobody asked us to cut.
 */
#define SPP_STORM_DEFAULT     0
#define SPP_STORM_DEFAULT_PPS 4000
#define SPP_STORM_NONE        UINT32_MAX /**< no bound */
#define SPP_STORM_MIN_PPS     10
#define SPP_STORM_MAX_PPS     100000000

enum spp_component_type {
	SPP_CLASSIFIER,
	SPP_MERGE,
	SPP_FORWARD,
	SPP_SWITCH,
	SPP_MIRROR, /**< tx[0] gets the original, the others copies */
};

struct spp_component {
	char name[SPP_NAME_MAX + 1]; /**< empty: known by its core only (founding document) */
	uint8_t type;                /**< enum spp_component_type */
	/** Event queue, 0..SPP_COMPONENT_MAX-1: control assigns it at flush; a component that
	 *  stays the same component (name, or core when unnamed) keeps its queue. */
	uint8_t queue;
	uint16_t lcore_id;
	/** A switch: source_check at each rx port to which no `default` entry leads. */
	bool source_check;
	uint16_t nb_rx, nb_tx;
	struct spp_attachment rx[SPP_SIDE_MAX];
	struct spp_attachment tx[SPP_SIDE_MAX];
};

/** Highest VLAN id and priority (IEEE 802.1Q, table 9-2: 4095 is reserved; 0 names no VLAN, a tag
 *  with it has a priority only). */
#define SPP_VID_MAX 4094
#define SPP_PCP_MAX 7
/** VID of a table entry that applies to untagged packets. */
#define SPP_VID_NONE 0xffff

/** Ports that one table entry may name. */
#define SPP_ENTRY_PORTS_MAX 8

struct spp_table_entry {
	uint8_t mac[6];  /**< all zero when is_default */
	uint16_t vid;    /**< 1..4094, or SPP_VID_NONE */
	bool is_default; /**< the catch-all of its VID */
	uint8_t nb_more; /**< of `more` */
	struct spp_port port;
	/** Further ports, each gets a copy (VRRP, clusters). Ascending by spp_port_id(), as `port`
	 *  before them. */
	struct spp_port more[SPP_ENTRY_PORTS_MAX - 1];
};

/** The i-th port of an entry, 0 to nb_more. */
static inline struct spp_port
spp_entry_port(const struct spp_table_entry *entry, unsigned int i)
{
	return i == 0 ? entry->port : entry->more[i - 1];
}

/** The entry leads to this port, among others. */
static inline bool
spp_entry_leads_to(const struct spp_table_entry *entry, struct spp_port port)
{
	unsigned int i;

	for (i = 0; i <= entry->nb_more; i++) {
		if (spp_port_equal(spp_entry_port(entry, i), port))
			return true;
	}
	return false;
}

/** The same ports. */
static inline bool
spp_entry_same_ports(const struct spp_table_entry *a, const struct spp_table_entry *b)
{
	unsigned int i;

	for (i = 0; i <= a->nb_more && a->nb_more == b->nb_more; i++) {
		if (!spp_port_equal(spp_entry_port(a, i), spp_entry_port(b, i)))
			return false;
	}
	return a->nb_more == b->nb_more;
}
/** Ports that may have a label: all but rings, by spp_port_id(). */
#define SPP_LABELED_MAX SPP_END_MAX

struct spp_model {
	uint32_t nb_components;
	uint32_t nb_entries;
	/** What people call a port, "" when nothing: filled up with NULs. Packets know nothing of
	 * it. */
	char labels[SPP_LABELED_MAX][SPP_PORT_LABEL_MAX + 1];
	struct spp_component components[SPP_COMPONENT_MAX];
	struct spp_table_entry entries[SPP_TABLE_MAX];
};

/** Has it the tx ports without which nothing is received? @param mirror in a spp_mirror */
static inline bool
spp_component_can_send(const struct spp_component *component, bool mirror)
{
	return component->nb_tx >= (mirror ? SPP_MIRROR_TX_PAIR : 1);
}

#endif
