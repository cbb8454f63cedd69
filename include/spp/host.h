/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What control may ask spp_primary: figures only, no request changes anything but counters'
 * baselines, and `exit`. Plain C: no DPDK, no JSON. Called from the control thread.
 */
#ifndef SPP_HOST_H
#define SPP_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spp/limits.h"
#include "spp/model.h"
#include "spp/run_dir.h"

/** Why a spp_vf has a port. */
enum spp_hold {
	SPP_HOLD_WIRING, /**< its wiring names it */
	SPP_HOLD_FILE,   /**< its configuration file names it: as long as it runs */
	SPP_HOLD_GUEST,  /**< no wiring names the vhost any more, but a guest is connected */
	SPP_HOLD_WORKER, /**< no wiring names it any more, but a worker may still use it */
	SPP_HOLD_UPLINK, /**< the NIC, or the name, is of an uplink of it: as long as it runs */
	SPP_HOLD_PCAP,   /**< it is a spp_pcap that records the port: as long as it runs */
};

struct spp_host_nic {
	uint16_t index;
	uint8_t mac[6];
	char driver[32];
	bool link_up;
	bool promiscuous;
	uint32_t speed_mbps; /**< 0: unknown */
	uint16_t rx_descriptors;
	uint64_t rx_packets, tx_packets, rx_missed, tx_errors;
	uint64_t tx_drops;   /**< packets the VF could not hand to it; a second old at most */
	unsigned int holder; /**< process id of the VF that has it, 0: none */
	enum spp_hold hold;  /**< why, if there is one */
};

/** Who has an end of a ring. */
struct spp_host_ring_end {
	unsigned int holder; /**< process id, 0: none */
	enum spp_hold hold;
};

struct spp_host_ring {
	uint16_t index;
	struct spp_host_ring_end end[SPP_RING_ENDS];
	/** It has an area, because its ends are, or were, in two VFs; bytes that wait there. */
	bool shared;
	uint32_t waiting;
	/** As the VF that holds the end, or held it last, has counted; a second old at most. */
	uint64_t rx_packets, rx_drops, tx_packets, tx_drops;
};

/** A vhost that a VF has. */
struct spp_host_vhost {
	uint16_t index;
	unsigned int holder; /**< process id */
	enum spp_hold hold;
};

enum spp_vf_state {
	SPP_VF_FREE,      /**< slot ready for a VF */
	SPP_VF_ATTACHING, /**< answered, event device not yet started */
	SPP_VF_RUNNING,
	SPP_VF_CLEANING, /**< its process is gone, its share is being put in order */
};

struct spp_host_vf {
	unsigned int slot;
	enum spp_vf_state state;
	unsigned int process_id; /**< 0 while free */
	int pid;
	uint32_t mbufs_total, mbufs_free;
	uint32_t vectors_total, vectors_free;
	uint32_t sessions;      /**< attaches of this slot since start */
	uint32_t deaths;        /**< sessions that did not end in order */
	uint32_t missing_mbufs; /**< after the last session that ended in order */
	uint32_t missing_vectors;
	uint64_t cleanup_us; /**< how long the last clean-up took */
};

/** The heap that all processes share; bytes, all sockets. */
struct spp_host_heap {
	uint64_t size, used;
	uint64_t reserved;      /**< of used: kept for putting a dead VF's slot in order */
	uint64_t leaked;        /**< not given back by ended VFs (DPDK itself) */
	uint64_t others;        /**< taken by other DPDK programs (dpdk-dumpcap ...); it stays */
	uint64_t restarts_left; /**< starts of a VF the rest is good for; 0: the next is refused */
};

struct spp_host_status {
	unsigned int main_lcore;
	unsigned int nb_lcores;
	uint16_t lcores[128];
	unsigned int nb_nics, nb_rings, nb_vhosts, nb_vfs;
	struct spp_host_nic nics[SPP_NIC_MAX];
	struct spp_host_ring rings[SPP_RING_MAX];
	unsigned int nb_shared_rings;                /**< areas there are */
	struct spp_host_vhost vhosts[SPP_VHOST_MAX]; /**< those that somebody has, ascending */
	struct spp_host_vf vfs[SPP_VF_MAX];
	struct spp_host_heap heap;
	uint64_t scheduler_busy_cycles, scheduler_idle_cycles, scheduler_asleep_cycles;
	uint64_t tsc_hz; /**< of these cycles, a second */
};

struct spp_host_ops {
	void (*status)(void *ctx, struct spp_host_status *out);
	/** Count from now on: a baseline, for nobody may write another's counters. */
	void (*clear)(void *ctx);
	/** The same for one NIC or ring. False: this host has none of that name. */
	bool (*clear_port)(void *ctx, struct spp_port port);
	/** Local socket of the VF that runs in a slot. False: none does. */
	bool (*vf_socket)(void *ctx, unsigned int slot, char path[SPP_SOCKET_PATH_SIZE]);
	/** Microseconds, monotonic. */
	uint64_t (*now_us)(void *ctx);
};

#endif
