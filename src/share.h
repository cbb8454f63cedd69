/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The one piece of memory spp_primary and its spp_vf processes have in common, and the messages
 * between them. Made by the primary, found by name by a VF.
 *
 * Nothing in here is a pointer: the two processes may map libraries at different addresses.
 */
#ifndef SPP_SHARE_H
#define SPP_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

#include "spp/error.h"
#include "spp/limits.h"
#include "spp/model.h"

#define SPP_SHARE_NAME "spp_share"
/** Change it whenever a structure in this file changes: an attach with another one is refused. */
#define SPP_SHARE_LAYOUT 3

/** CPUs for which threads are counted (spp_share.cpu_threads). */
#define SPP_CPU_MAX 1024

/** How a thread waits; see rest.h for the handshake. */
enum spp_rest_state {
	SPP_AWAKE,
	SPP_ASLEEP,  /**< nothing to do */
	SPP_YIELDED, /**< has more to do, but others on its CPU must go first */
};

/** One thread that blocks when it has nothing to do. */
struct spp_rest {
	uint32_t state; /**< futex word. sleeper: rw, wakers: exchange to SPP_AWAKE */
	int32_t cpu;    /**< the only CPU it may run on, -1: several. Set once by the thread */
} __rte_cache_aligned;

/** What primary and VF share of one VF slot. */
struct spp_share_slot {
	uint32_t session;   /**< primary: rw. Counts attaches; part of the pool names */
	uint32_t scheduler; /**< primary: rw. Index into spp_share.scheduler */
	/** Bit w: worker w is (about to be) asleep. worker: or/and; scheduler: read. */
	uint64_t sleepers __rte_cache_aligned;
	struct spp_rest worker[SPP_WORKER_MAX];
};

/** Figures of a NIC or ring as its VF has counted them. VF that holds it: rw, primary: ro; while
 * nobody holds it the primary may set them to 0. */
struct spp_share_port {
	uint64_t rx_packets, rx_drops, tx_packets, tx_drops;
};

struct spp_share {
	uint32_t layout;
	uint32_t nb_slots;
	uint32_t nb_rings;
	uint32_t mtu;
	uint32_t nic_mask; /**< DPDK ports of -p */
	/** Of these, the ones whose link is up, at most a second old. primary: rw, VF: ro. A VF
	 * must not ask the NIC: some PMDs answer with a descriptor of the primary's. */
	uint32_t nic_up;
	int32_t primary_pid;
	/**
	 * Claim table, by spp_port_id(): slot + 1 of the VF that holds both directions of the port,
	 * 0 when free. A VF moves 0 to its own number and back; the primary clears a dead VF's.
	 */
	uint32_t holder[SPP_PORT_ID_MAX];
	/** Slot whose mbuf pool the NIC receives into. primary: rw, VF: ro. */
	uint32_t nic_slot[SPP_NIC_MAX];
	/** Process id of each slot, 0 while free: for messages that name a holder. primary: rw */
	uint32_t process_id[SPP_VF_MAX];
	/** Polling threads pinned to each CPU: more than one means that none may spin there. */
	uint32_t cpu_threads[SPP_CPU_MAX];
	struct spp_share_port port[SPP_PORT_ID_MAX]; /**< a second old at most */
	struct spp_rest scheduler[SPP_VF_MAX];
	struct spp_share_slot slot[SPP_VF_MAX];
};

/* ---- messages from a VF to the primary: rte_mp_request_sync, one reply each ---- */

#define SPP_MSG_NAME "spp_vf"

enum spp_msg_op {
	SPP_MSG_ATTACH, /**< give me a slot; the answer describes it */
	SPP_MSG_RUN,    /**< I started the event device: schedule it */
	SPP_MSG_BIND,   /**< let NIC `arg` receive into my pool; answers an adapter id */
	SPP_MSG_LEAVE,  /**< my workers have stopped and gave everything back */
};

struct spp_msg_request {
	uint32_t layout;
	uint32_t op;
	int32_t pid;
	uint32_t process_id;
	uint32_t slot;
	uint32_t nb_workers;
	uint32_t arg;
	/** vhosts and rings of the configuration file (ATTACH); numbers of 0: no file. */
	uint32_t first_vhost, nb_vhosts, first_ring, nb_rings;
	int32_t nic; /**< -1: none claimed at start */
	uint8_t from_file;
};

struct spp_msg_reply {
	uint32_t layout;
	int32_t result; /**< 0 or -errno; -EBUSY: try again, a predecessor is being cleaned up */
	uint32_t slot;
	uint32_t session;
	uint32_t dev_id;
	uint32_t nb_queues;
	uint32_t adapter_id;
	char text[192];
};

/** What a VF is refused with when heap.restarts_left of the primary's status is 0. */
#define SPP_TEXT_HEAP_USED_UP                                                                      \
	"the memory of spp_primary is used up by what DPDK lost with spp_vf that died: "           \
	"restart spp_primary (more --socket-mem lasts longer)"

/** Name of a slot's pool in one session ("spp_mbuf_0_17"). */
void spp_share_pool_name(char *out, size_t size, const char *kind, unsigned int slot,
			 uint32_t session);

/** Primary: reserve and clear the shared memory. */
struct spp_share *spp_share_create(void);
/** VF: find it; fills err when there is none or its layout differs (both are named). */
struct spp_share *spp_share_find(struct spp_error *err);

/** Take a port for a slot. 0, or -EBUSY with the holder named. */
int spp_share_claim(struct spp_share *share, struct spp_port port, unsigned int slot,
		    struct spp_error *err);
void spp_share_unclaim(struct spp_share *share, struct spp_port port, unsigned int slot);

bool spp_share_holds(const struct spp_share *share, struct spp_port port, unsigned int slot);

/** "nic0", "vhost3", "ring12". */
void spp_port_text(struct spp_port port, char *out, size_t size);

/** Directory of the local sockets: SPP_RUN_DIR, or /run/spp. */
const char *spp_run_dir(void);

#endif
