/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sizes of what spp_primary allocates. See need.h.
 */
#include "primary/need.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eventdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "spp/dp/port.h"
#include "spp/dp/shared_ring.h"

#include "common/options.h"
#include "common/share.h"
#include "primary/heap.h"
#include "primary/slot_nics.h"

#define MB (UINT64_C(1024) * 1024)

/* struct sw_evdev (drivers/event/sw/sw_evdev.h) and a page's rest; measured */
#define EVENT_DEVICE (38 * MB)
/* A lock-free stack's element, for each object. */
#define STACK_ELEMENT 16
/* What DPDK and NICs allocate beside: ethdev's data, rings of descriptors, queues of drivers. */
#define OTHERS (4 * MB)
/* Below 50 restarts `sppctl check` warns. */
#define RESTARTS 50

static uint64_t
pool_bytes(uint64_t nb, uint32_t object)
{
	return nb * (rte_mempool_calc_obj_size(object, 0, NULL) + STACK_ELEMENT) +
	       sizeof(struct rte_mempool) + RTE_MAX_LCORE * sizeof(struct rte_mempool_cache);
}

static uint64_t
slot_pools(unsigned int nb_mbufs)
{
	return pool_bytes(nb_mbufs - 1, sizeof(struct rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE) +
	       pool_bytes(SPP_NB_VECTORS - 1,
			  sizeof(struct rte_event_vector) + SPP_VECTOR_SIZE * sizeof(uintptr_t));
}

unsigned int
spp_need_mb(const struct spp_need *need)
{
	uint64_t pools = slot_pools(need->nb_mbufs);
	uint64_t slot = pools + EVENT_DEVICE + SPP_HEAP_PER_DEVICE + SPP_HEAP_FIRST_START;
	uint64_t bytes = need->nb_slots * slot + sizeof(struct spp_share) + OTHERS + SPP_HEAP_KEEP;

	bytes += pools + 2 * SPP_HEAP_PIECE; /* in reserve, for a clean-up */
	bytes += (need->nb_slots + RESTARTS) * SPP_HEAP_PER_DEATH;
	bytes += (uint64_t)need->nb_shared_rings * SPP_SHARED_RING_SIZE;
	return (unsigned int)((bytes + 2 * MB - 1) / (2 * MB) * 2);
}

int
spp_need_fail(const struct spp_need *need, uint64_t not_enough, struct spp_error *err)
{
	unsigned int mb = RTE_MAX(spp_need_mb(need),
				  (unsigned int)(not_enough + not_enough / 16) / (unsigned int)MB);

	return spp_error(err, ENOMEM,
			 "the memory is too little for %u VF slot%s (--max-vf): give spp_primary "
			 "--socket-mem %u at least, on the memory node of the NICs",
			 need->nb_slots, need->nb_slots == 1 ? "" : "s", mb);
}

/* "512,0,512": the sum. */
static uint64_t
sum_of(const char *text)
{
	uint64_t sum = 0;
	char *end;

	for (;;) {
		sum += strtoull(text, &end, 10);
		if (*end != ',')
			return sum;
		text = end + 1;
	}
}

/* What one memory node has. */
static uint64_t
largest_of(const char *text)
{
	uint64_t largest = 0, one;
	char *end;

	for (;;) {
		one = strtoull(text, &end, 10);
		largest = RTE_MAX(largest, one);
		if (*end != ',')
			return largest;
		text = end + 1;
	}
}

unsigned int
spp_need_slots(int argc, char **argv, const struct spp_primary_options *options)
{
	const char *given = spp_options_eal(argc, argv, "--socket-mem", "--socket-m");
	unsigned int nics = (unsigned int)__builtin_popcount(options->nic_mask);
	struct spp_primary_options more = *options;
	struct spp_need need;

	if (options->max_vf != 0)
		return options->max_vf;
	nics = RTE_MIN(nics, (unsigned int)SPP_VF_MAX);
	more.max_vf = RTE_MIN(nics + SPP_SLOTS_BESIDE, (unsigned int)SPP_VF_MAX);
	if (more.nb_descriptors == 0)
		more.nb_descriptors = SPP_NIC_DESCRIPTORS_DEFAULT;
	need = spp_need_of(&more);
	if (given == NULL)
		given = spp_options_eal(argc, argv, "-m", "-m");
	return given == NULL || largest_of(given) >= spp_need_mb(&need) ? more.max_vf : nics;
}

struct spp_need
spp_need_of(const struct spp_primary_options *options)
{
	return (struct spp_need){
		options->max_vf,
		spp_slot_nics_mbufs(options->nic_mask, options->max_vf, options->nb_descriptors),
		options->nb_shared_rings};
}

int
spp_need_check(int argc, char **argv, const struct spp_need *need, struct spp_error *err)
{
	const char *given = spp_options_eal(argc, argv, "--socket-mem", "--socket-m");

	if (given == NULL || spp_options_eal(argc, argv, "--socket-limit", "--socket-l") != NULL)
		return 0;
	return sum_of(given) * MB < need->nb_slots * EVENT_DEVICE + OTHERS
		       ? spp_need_fail(need, sum_of(given) * MB, err)
		       : 0;
}
