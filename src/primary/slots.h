/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * VF slots of spp_primary: what each VF that comes will find (event device, pools, NIC), who has
 * it now, and how it is put in order when that process is gone.
 *
 * Threads: spp_slots_init() before any; then the control thread changes them, and takes the lock
 * for that, which others need to look at them. No scheduler or worker ever takes it.
 */
#ifndef SPP_SLOTS_H
#define SPP_SLOTS_H

#include <pthread.h>

#include <rte_mempool.h>

#include "spp/host.h"

#include "common/share.h"
#include "primary/heap.h"
#include "primary/scheduler.h"
#include "primary/slot_nics.h"

/** Rx adapters DPDK has room for, less one that evdev.c needs. */
#define SPP_ADAPTERS 31

struct spp_slot {
	enum spp_vf_state state;
	unsigned int index;
	uint8_t dev_id;
	unsigned int process_id, nb_workers;
	int pid, pidfd; /**< as we see it; deaths_fd watches the pidfd */
	int eal_pid;    /**< as DPDK names its files */
	bool left;      /**< said LEAVE: an orderly end */
	bool refused;   /**< was answered an error: it ends without having had anything */
	bool started;   /**< its event device was started and is not closed yet */
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
	uint8_t adapter_nic[SPP_ADAPTERS];  /**< ... this NIC; free when that slot has it no more */
	struct spp_slot_nics nics;
	struct spp_heap heap;
	uint64_t nb_events; /**< requests of VFs, and clean-ups */
	struct spp_slot slot[SPP_VF_MAX];
};

/** Make pools and find event devices for share->nb_slots slots; set the NICs up.
 *  @param nb_descriptors of each NIC for receiving, 0: as memory allows */
int spp_slots_init(struct spp_slots *slots, struct spp_share *share, struct spp_sched scheds[],
		   unsigned int nb_scheds, unsigned int nb_descriptors, struct spp_error *err);
/** Control thread, when deaths_fd is readable: put in order what dead VFs had. */
void spp_slots_reap(struct spp_slots *slots);
/** Control thread, once a second: try again where that failed. */
void spp_slots_retry(struct spp_slots *slots);

/** Any thread. False: not now, the control thread has been at work on them for a second. */
bool spp_slots_status(struct spp_slots *slots, struct spp_host_status *out);

/** Bytes of the heap that come back when the VFs that run end. Under the lock. */
uint64_t spp_slots_heap_held(const struct spp_slots *slots);

#endif
