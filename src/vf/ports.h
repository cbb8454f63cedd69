/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The ports of one VF: which it may use, made at start (configuration file) or when a flush first
 * names them, claimed and there for as long as the wiring does. Control thread only.
 *
 *     free ── acquire ─► new ── publish ─► wired ── release ─► free
 *               │         │                  │                  ▲
 *               │         └── release ───────│──────────────────┤   the flush failed
 *               │                            ├── late ──────────┤   until the workers are past it
 *               └────────────────────────────└── guest ─────────┘   until the guest goes
 *
 * What a configuration file names stays claimed, and its vhosts stay there, while the VF runs.
 */
#ifndef SPP_PORTS_H
#define SPP_PORTS_H

#include "spp/dataplane.h"
#include "spp/dp/vhost.h"

#include "common/share.h"
#include "vf/attach.h"
#include "vf/nic_ports.h"
#include "vf/ring_ports.h"

struct spp_ports_config {
	struct spp_share *share;
	struct spp_attachment_info *attachment; /**< to ask spp_primary by */
	unsigned int slot;
	uint8_t dev_id;
	uint8_t parking; /**< event port no worker has */
	struct rte_mempool *mbufs;
	bool from_file;
	unsigned int first_vhost, nb_vhosts, nb_rings;
	int nic;                /**< -1: any of -p */
	const char *vhost_path; /**< with one %u */
	const char *vhost_owner, *vhost_group;
	bool vhost_client;
	bool adapter; /**< NICs receive through the event Rx adapter */
	void (*synchronize)(void *arg);
	void *synchronize_arg;
	void (*wake)(void *sleeper);
	void (*guest_gone)(void *arg); /**< any thread: spp_ports_settle() may find something */
	void *guest_gone_arg;
	void (*log)(const char *source, int priority, const char *line);
};

/** Where a port is between two flushes. */
enum spp_port_state {
	SPP_PORT_FREE,
	SPP_PORT_NEW,   /**< of a flush that is on its way: no worker has seen it */
	SPP_PORT_WIRED, /**< a published wiring names it */
	SPP_PORT_LATE,  /**< none does any more, but a worker may still use it */
	SPP_PORT_GUEST, /**< none does any more, but a guest is connected to this vhost */
};

/** What is held: ports, but of a ring each end by itself (`queue`: enum spp_ring_side). */
#define SPP_HOLD_MAX (SPP_PORT_ID_MAX + SPP_RING_MAX)

/** Dense: ids of ports, those of rings for their rx ends; then the tx ends. */
static inline unsigned int
spp_hold_id(struct spp_port port)
{
	bool tx_end = port.kind == SPP_PORT_RING && port.queue == SPP_RING_TX;

	return spp_port_id(port) + (tx_end ? SPP_RING_MAX : 0);
}

static inline struct spp_port
spp_hold_from_id(unsigned int id)
{
	struct spp_port port = spp_port_from_id(id < SPP_PORT_ID_MAX ? id : id - SPP_RING_MAX);

	port.queue = id < SPP_PORT_ID_MAX ? 0 : SPP_RING_TX;
	return port;
}

struct spp_ports {
	struct spp_ports_config config;
	struct spp_inventory *inventory; /**< usable and present are kept here */
	uint8_t state[SPP_HOLD_MAX];     /**< enum spp_port_state, by spp_hold_id() */
	struct spp_nic_ports nics;
	struct spp_ring_ports rings;
	struct spp_vhost *vhost[SPP_VHOST_MAX];
};

/** With a configuration file: make its vhosts. NICs of uplinks (inventory->uplink) become ours. */
int spp_ports_init(struct spp_ports *ports, const struct spp_ports_config *config,
		   struct spp_inventory *inventory, struct spp_error *err);
/** Orderly end: no worker uses any port. */
void spp_ports_fini(struct spp_ports *ports);

/** Claim a port for a flush. Nothing is made yet: that waits until all are claimed. */
int spp_ports_acquire(struct spp_ports *ports, struct spp_port port, struct spp_error *err);
/** Make what the new ones need: sockets, and NICs that receive into our pool. What was made before
 * one fails is undone when it is released. */
int spp_ports_open(struct spp_ports *ports, struct spp_error *err);
/** Which VF has the other end of a ring of which we have one. Both or none: NULL peer. */
void spp_ports_peer(const struct spp_ports *ports, unsigned int ring, struct spp_ring_peer *out);
/** Workers are about to see the new ones. */
void spp_ports_publish(struct spp_ports *ports);
/**
 * Let go of a port: at once when it is new, else when no worker can use it any more.
 * @param late workers may still use it: spp_ports_settle() does the rest
 */
void spp_ports_release(struct spp_ports *ports, struct spp_port port, bool late);
/** Let go of what is to go and can by now. @param late as above */
void spp_ports_settle(struct spp_ports *ports, bool late);
bool spp_ports_is_late(const struct spp_ports *ports, struct spp_port port);

/** Of a ring: the end that `queue` says, for when its other end is not here. NULL: it is not made.
 */
struct spp_dp_port *spp_ports_dp(struct spp_ports *ports, struct spp_port port);
/** Of an uplink: what its sender polls beside (spp/dp/uplink.h); its NICs, bit by bit. */
struct spp_dp_port *spp_ports_announcer(const struct spp_ports *ports, struct spp_port uplink);
uint32_t spp_ports_nics(const struct spp_ports *ports, struct spp_port uplink);
bool spp_ports_link_up(struct spp_ports *ports, struct spp_port port);
/** As in spp_port_stats; 0 of what is no vhost. */
void spp_ports_features(const struct spp_ports *ports, struct spp_port port, uint64_t *offered,
			uint64_t *negotiated);
/** Bits, as spp_port_stats.problems. */
unsigned int spp_ports_problems(const struct spp_ports *ports, struct spp_port port);

#endif
