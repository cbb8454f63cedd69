/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A whole configuration of one spp_vf as a value: components, their ports, the classifier table.
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
	SPP_PORT_NIC,   /**< nicN is DPDK port N */
	SPP_PORT_VHOST, /**< vhost-user socket N */
	SPP_PORT_RING,  /**< hop from one component to another inside the VF */
};

/** Names one port of the host. `queue` is 0 but for the spelling phy:NnqM. */
struct spp_port {
	uint8_t kind; /**< enum spp_port_kind */
	uint8_t queue;
	uint16_t index;
};

/** Dense number of a port, 0..SPP_PORT_ID_MAX-1; also the event flow id of its packets. */
static inline unsigned int
spp_port_id(struct spp_port port)
{
	switch (port.kind) {
	case SPP_PORT_NIC:
		return port.index;
	case SPP_PORT_VHOST:
		return SPP_NIC_MAX + port.index;
	default:
		return SPP_NIC_MAX + SPP_VHOST_MAX + port.index;
	}
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
	} else {
		port.kind = SPP_PORT_RING;
		id -= SPP_NIC_MAX + SPP_VHOST_MAX;
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

struct spp_attachment {
	struct spp_port port;
	struct spp_vlan vlan;
};

enum spp_component_type {
	SPP_CLASSIFIER,
	SPP_MERGE,
	SPP_FORWARD,
};

struct spp_component {
	char name[SPP_NAME_MAX + 1]; /**< empty: known by its core only (founding document) */
	uint8_t type;                /**< enum spp_component_type */
	/** Event queue, 0..SPP_COMPONENT_MAX-1: control assigns it at flush; a component that
	 *  stays the same component (name, or core when unnamed) keeps its queue. */
	uint8_t queue;
	uint16_t lcore_id;
	uint16_t nb_rx, nb_tx;
	struct spp_attachment rx[SPP_SIDE_MAX];
	struct spp_attachment tx[SPP_SIDE_MAX];
};

/** VID of a table entry that applies to untagged packets. */
#define SPP_VID_NONE 0xffff

struct spp_table_entry {
	uint8_t mac[6];  /**< all zero when is_default */
	uint16_t vid;    /**< 0..4094, or SPP_VID_NONE */
	bool is_default; /**< the catch-all of its VID */
	struct spp_port port;
};

struct spp_model {
	uint32_t nb_components;
	uint32_t nb_entries;
	struct spp_component components[SPP_COMPONENT_MAX];
	struct spp_table_entry entries[SPP_TABLE_MAX];
};

#endif
