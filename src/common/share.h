/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The one piece of memory spp_primary and its spp_vf processes have in common. Made by the primary,
 * found by name by a VF.
 *
 * Nothing in here is a pointer: the two processes may map libraries at different addresses.
 */
#ifndef SPP_SHARE_H
#define SPP_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/control.h"
#include "spp/error.h"
#include "spp/limits.h"
#include "spp/model.h"

#include "common/messages.h"
#include "common/sleeper.h"

#define SPP_SHARE_NAME "spp_share"
/**
 * Of what spp_primary and a spp_vf have in common: who has another one is refused. The number
 * changes with the meaning of anything in this file or messages.h; sizes change it by themselves.
 */
#define SPP_SHARE_LAYOUT                                                                           \
	(9u << 24 | (uint32_t)(sizeof(struct spp_share) + sizeof(struct spp_msg_request) +         \
			       sizeof(struct spp_msg_reply)))

/** What primary and VF share of one VF slot. */
struct spp_share_slot {
	uint32_t session;   /**< primary: rw. Counts attaches; part of the pool names */
	uint32_t scheduler; /**< primary: rw. Index into spp_share.scheduler */
	/** Not 0: the VF's control thread makes no call of DPDK's that takes one of the EAL's
	 * shared locks, and says so first when it will. VF: w, primary: r, and 0 while nobody has
	 * it. Which of the two stores is seen first is of no matter: it is read seconds after a
	 * lock was seen taken (primary/dead_lock.c). */
	uint32_t calm;
	/** Bit w: worker w is (about to be) asleep. worker: or/and; scheduler: read. */
	uint64_t sleepers __rte_cache_aligned;
	struct spp_sleeper worker[SPP_WORKER_MAX];
};

/** Figures of a NIC or ring as its VF has counted them. VF that holds it: rw, primary: ro; while
 * nobody holds it the primary may set them to 0. */
struct spp_share_port {
	uint64_t rx_packets, rx_drops, tx_packets, tx_drops;
};

struct spp_share {
	uint32_t layout; /**< SPP_SHARE_LAYOUT; 0: the primary is not ready yet */
	uint32_t nb_slots;
	uint32_t nb_rings;
	uint32_t mtu;
	uint32_t nic_mask; /**< DPDK ports of -p */
	/** Of these, the ones whose link is up, at most a second old. primary: rw, VF: ro. A VF
	 * shows this and does not ask: some drivers answer with a descriptor of the primary's. */
	uint32_t nic_up;
	/** For how many microseconds the NIC's descriptors hold what its link can bring; 0: not
	 * known. primary: rw, a second old at most; VF: ro */
	uint32_t nic_hold_us[SPP_NIC_MAX];
	int32_t primary_pid; /**< in its own PID namespace: for messages */
	/** spp_primary ends in order: its VFs do the same, and wait for nothing. primary: rw */
	uint32_t ending;
	/**
	 * The claim of each port but rings, by spp_port_id(): who holds both directions of it and
	 * why, 0 when it is free. Written and read by claims.c only.
	 */
	uint32_t holder[SPP_END_MAX];
	/** Of each ring: who holds its ends, and the area it has. ring_claims.c only. */
	uint64_t ring[SPP_RING_MAX];
	/** Of each area: 0, it is free; else 1 + the slot that took it last, or was the last to be
	 * about to give it back. ring_claims.c only. */
	uint32_t area[SPP_SHARED_RING_MAX];
	uint32_t nb_shared_rings; /**< areas there are */
	/** Slot whose mbuf pool the NIC receives into. primary: rw, VF: ro. */
	uint32_t nic_slot[SPP_NIC_MAX];
	/** Process id of each slot, 0 while free: for messages that name a holder. primary: rw */
	uint32_t process_id[SPP_VF_MAX];
	struct spp_cpu_threads cpus;
	struct spp_share_port port[SPP_PORT_ID_MAX]; /**< a second old at most */
	struct spp_sleeper scheduler[SPP_VF_MAX];
	struct spp_share_slot slot[SPP_VF_MAX];
};

/** Name of a slot's pool in one session ("spp_mbuf_0_17"). */
void spp_share_pool_name(char *out, size_t size, const char *kind, unsigned int slot,
			 uint32_t session);

/** Primary: reserve and clear the shared memory. NULL: none left. */
struct spp_share *spp_share_create(void);
/** VF: find it; fills err when there is none or its layout differs (both are named). */
struct spp_share *spp_share_find(struct spp_error *err);
/** After spp_share_find() gave none: whether it may be there in a moment. */
bool spp_share_may_come(void);

/** What this process is made of, for others to see whether they fit. */
struct spp_build spp_share_build(void);

#endif
