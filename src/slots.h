/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * VF slots of spp_primary: what each VF that comes will find (event device, pools, NIC), who has
 * it now, and how it is put in order when that process is gone.
 *
 * Threads: spp_slots_init() before any; the message handler on DPDK's multi-process thread;
 * spp_slots_reap() and spp_slots_status() on the control thread. One lock guards them all; no
 * scheduler or worker ever takes it.
 */
#ifndef SPP_SLOTS_H
#define SPP_SLOTS_H

#include <pthread.h>

#include <rte_mempool.h>

#include "spp/host.h"

#include "heap.h"
#include "scheduler.h"
#include "share.h"

#define SPP_NB_MBUFS   16384
#define SPP_NB_VECTORS 4096
/** Rx adapters DPDK has room for, less one that evdev.c needs. */
#define SPP_ADAPTERS 31

struct spp_slot {
	enum spp_vf_state state;
	unsigned int index;
	uint8_t dev_id;
	unsigned int process_id, nb_workers;
	int pid, pidfd;
	bool left;    /**< said LEAVE: an orderly end */
	bool refused; /**< was answered an error: it ends without having had anything */
	bool started; /**< its event device was started and is not closed yet */
	int socket_id;
	uint64_t heap_held; /**< bytes of its event device that come back with the clean-up */
	struct rte_mempool *mbufs, *vectors;
	struct spp_sched *sched;
	struct spp_sched_device device;
	struct spp_host_vf figures;
};

struct spp_slots {
	pthread_mutex_t lock;
	struct spp_share *share;
	int deaths_fd;                      /**< epoll of all pidfds: readable when a VF has died */
	uint32_t adapters;                  /**< bit i: Rx adapter id i is given out ... */
	uint8_t adapter_slot[SPP_ADAPTERS]; /**< ... to this slot, for ... */
	uint8_t adapter_nic[SPP_ADAPTERS];  /**< ... this NIC */
	struct spp_heap heap;
	struct spp_slot slot[SPP_VF_MAX];
};

/** Make pools and find event devices for share->nb_slots slots; register the message handler. */
int spp_slots_init(struct spp_slots *slots, struct spp_share *share, struct spp_sched scheds[],
		   unsigned int nb_scheds, struct spp_error *err);
/** Control thread, when deaths_fd is readable: put in order what dead VFs had. */
void spp_slots_reap(struct spp_slots *slots);
/** Control thread, once a second: try again where that failed. */
void spp_slots_retry(struct spp_slots *slots);

void spp_slots_status(struct spp_slots *slots, struct spp_host_status *out);

/* ---- parts of it, for its own files ---- */

/** Make the pools of the slot's next session. */
int spp_slot_make_pools(struct spp_slots *slots, struct spp_slot *slot, struct spp_error *err);
/** Bytes of the heap that come back when the VFs that run end. */
uint64_t spp_slots_heap_held(const struct spp_slots *slots);
/** Answer messages of VFs from now on (slot_messages.c). */
int spp_slots_listen(struct spp_slots *slots, struct spp_error *err);

#endif
