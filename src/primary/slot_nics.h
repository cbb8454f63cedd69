/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * NICs and the pools they receive into: how many descriptors a NIC gets, and so how many mbufs a
 * slot's pool has; set-up at start, and the change to another pool. Under the slots' lock
 * (slots.h), or before there are threads.
 */
#ifndef SPP_SLOT_NICS_H
#define SPP_SLOT_NICS_H

#include <rte_mempool.h>

#include "spp/error.h"

#include "common/share.h"

/** What the default goes up to: 275 us of 10 Gbit/s in the shortest frames. */
#define SPP_NIC_DESCRIPTORS_DEFAULT 4096

/** Of a slot's pools; mbufs without what its NICs hold above SPP_NIC_DESCRIPTORS each. */
#define SPP_NB_MBUFS   16384
#define SPP_NB_VECTORS 4096

struct spp_slot_nics {
	struct spp_share *share;
	uint16_t wanted;                   /**< descriptors of a NIC's rx queue */
	uint16_t descriptors[SPP_NIC_MAX]; /**< that each NIC has; 0: not set up yet */
	unsigned int nb_mbufs;             /**< of each slot's pool */
	uint32_t stopped;                  /**< bit N: nicN could not be started again */
};

/** Mbufs of each slot's pool when NICs have so many descriptors; 0: the least. */
unsigned int spp_slot_nics_mbufs(uint32_t nic_mask, unsigned int nb_slots,
				 unsigned int descriptors);

/**
 * Before the pools are made.
 * @param wanted descriptors, 0: as many as memory allows
 * @param slot_bytes what a slot takes of the heap beside its mbufs
 */
void spp_slot_nics_plan(struct spp_slot_nics *nics, struct spp_share *share, unsigned int wanted,
			uint64_t slot_bytes);
/** Slot of a NIC at start: the n-th one goes to the n-th slot, and so on round. */
unsigned int spp_slot_nics_first(const struct spp_slot_nics *nics, unsigned int nic);
/** At start: set a NIC up for that slot. */
int spp_slot_nics_setup(struct spp_slot_nics *nics, unsigned int nic, unsigned int slot,
			struct rte_mempool *mbufs, struct spp_error *err);
/** Let a NIC receive into this slot's pool, as it is now. */
int spp_slot_nics_rebind(struct spp_slot_nics *nics, unsigned int nic, unsigned int slot,
			 struct rte_mempool *mbufs, struct spp_error *err);
/** Microseconds for which the descriptors of a NIC hold what a link of that speed brings at most
 *  (frames of 64 bytes); 0: not known. */
uint32_t spp_slot_nics_hold_us(const struct spp_slot_nics *nics, unsigned int nic,
			       uint32_t speed_mbps);

#endif
