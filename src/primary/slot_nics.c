/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See slot_nics.h.
 */
#include "primary/slot_nics.h"

#include <string.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_ethdev.h>

#include "spp/dp/nic.h"

#include "primary/heap.h"
#include "primary/pci_driver.h"

/* For memory: a struct rte_mbuf, its data room, the pool's header and trailer. */
#define MBUF_BYTES UINT64_C(2560)
/* More descriptors shall not cost the restarts of VFs: each loses some of the heap (heap.h). */
#define SPARE_BYTES (UINT64_C(256) * SPP_HEAP_PER_DEATH)
/* A frame of 64 bytes with preamble and gap (IEEE 802.3, 4.4.2). */
#define FRAME_BITS (UINT64_C(84) * 8)

static bool
is_ours(const struct spp_slot_nics *nics, unsigned int nic)
{
	return (nics->share->nic_mask & (1u << nic)) != 0;
}

/* NICs of a slot when they are spread evenly; it may take more, with fewer descriptors each. */
static unsigned int
nics_per_slot(uint32_t nic_mask, unsigned int nb_slots)
{
	return ((unsigned int)__builtin_popcount(nic_mask) + nb_slots - 1) / nb_slots;
}

unsigned int
spp_slot_nics_mbufs(uint32_t nic_mask, unsigned int nb_slots, unsigned int descriptors)
{
	unsigned int more = RTE_MAX(descriptors, (unsigned int)SPP_NIC_DESCRIPTORS);

	more -= SPP_NIC_DESCRIPTORS;
	return SPP_NB_MBUFS + more * nics_per_slot(nic_mask, nb_slots);
}

/* The pools of one more slot are kept for clean-ups, see spp_heap_reserve(). */
static bool
fits(const struct spp_slot_nics *nics, uint64_t slot_bytes)
{
	uint64_t size, used = spp_heap_used(&size);
	uint64_t slot = nics->nb_mbufs * MBUF_BYTES + slot_bytes;

	return used + (nics->share->nb_slots + 1) * slot + SPP_HEAP_KEEP + SPARE_BYTES <= size;
}

void
spp_slot_nics_plan(struct spp_slot_nics *nics, struct spp_share *share, unsigned int wanted,
		   uint64_t slot_bytes)
{
	unsigned int descriptors = wanted != 0 ? wanted : SPP_NIC_DESCRIPTORS_DEFAULT;

	nics->share = share;
	for (;; descriptors /= 2) {
		nics->wanted = (uint16_t)descriptors;
		nics->nb_mbufs = spp_slot_nics_mbufs(share->nic_mask, share->nb_slots, descriptors);
		if (wanted != 0 || descriptors <= SPP_NIC_DESCRIPTORS || fits(nics, slot_bytes))
			break;
	}
}

unsigned int
spp_slot_nics_first(const struct spp_slot_nics *nics, unsigned int nic)
{
	unsigned int i, nth = 0;

	for (i = 0; i < nic; i++)
		nth += is_ours(nics, i);
	return nth % nics->share->nb_slots;
}

/* What a NIC gets in that slot: the pool has mbufs for so many NICs with more than the least. */
static struct spp_nic_rx
nic_rx(const struct spp_slot_nics *nics, unsigned int nic, unsigned int slot,
       struct rte_mempool *mbufs)
{
	struct spp_nic_rx rx = {.mbufs = mbufs, .nb_descriptors = nics->wanted};
	unsigned int i, others = 0;

	for (i = 0; i < SPP_NIC_MAX; i++)
		others += i != nic && nics->descriptors[i] > 0 && nics->share->nic_slot[i] == slot;
	if (others >= nics_per_slot(nics->share->nic_mask, nics->share->nb_slots))
		rx.nb_descriptors = RTE_MIN(rx.nb_descriptors, (uint16_t)SPP_NIC_DESCRIPTORS);
	return rx;
}

static void
nic_is_of(struct spp_slot_nics *nics, unsigned int nic, unsigned int slot,
	  const struct spp_nic_rx *rx)
{
	nics->descriptors[nic] = rx->nb_descriptors;
	__atomic_store_n(&nics->share->nic_slot[nic], slot, __ATOMIC_RELEASE);
}

/* Of those that --nics names nics_wait.c has said it already. */
static int
check_driver(unsigned int nic, struct spp_error *err)
{
	struct rte_eth_dev_info info;
	const char *refused;
	char driver[33];

	if (rte_eth_dev_info_get((uint16_t)nic, &info) < 0 || info.device == NULL ||
	    strcmp(rte_bus_name(rte_dev_bus(info.device)), "pci") != 0)
		return 0;
	spp_pci_driver("/sys", rte_dev_name(info.device), driver, sizeof(driver));
	refused = spp_pci_driver_refused(driver);
	return refused == NULL ? 0
			       : spp_error(err, ENOTSUP, "nic%u: %s is bound to %s, %s", nic,
					   rte_dev_name(info.device), driver, refused);
}

int
spp_slot_nics_setup(struct spp_slot_nics *nics, unsigned int nic, unsigned int slot,
		    struct rte_mempool *mbufs, struct spp_error *err)
{
	struct spp_nic_rx rx = nic_rx(nics, nic, slot, mbufs);
	int ret = check_driver(nic, err);

	if (ret == 0)
		ret = spp_nic_setup((uint16_t)nic, &rx, nics->share->mtu, err);
	if (ret == 0)
		nic_is_of(nics, nic, slot, &rx);
	return ret;
}

int
spp_slot_nics_rebind(struct spp_slot_nics *nics, unsigned int nic, unsigned int slot,
		     struct rte_mempool *mbufs, struct spp_error *err)
{
	struct spp_nic_rx rx = nic_rx(nics, nic, slot, mbufs);
	int ret = spp_nic_rebind((uint16_t)nic, &rx, err);

	if (ret < 0) {
		nics->stopped |= 1u << nic;
		return ret;
	}
	nics->stopped &= ~(1u << nic);
	nic_is_of(nics, nic, slot, &rx);
	return 0;
}

uint32_t
spp_slot_nics_hold_us(const struct spp_slot_nics *nics, unsigned int nic, uint32_t speed_mbps)
{
	return speed_mbps == 0 ? 0 : (uint32_t)(nics->descriptors[nic] * FRAME_BITS / speed_mbps);
}
