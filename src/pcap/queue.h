/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * From the receiver to one writer: packets, each with the time at which it was received. One
 * thread at either end; in memory of the process, for a process that is killed leaves nothing
 * behind then.
 */
#ifndef SPP_PCAP_QUEUE_H
#define SPP_PCAP_QUEUE_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <rte_mbuf.h>
#include <rte_ring.h>
#include <rte_ring_elem.h>

struct spp_pcap_item {
	struct rte_mbuf *mbuf;
	uint64_t ns; /**< since 1970 */
};

/** @param size a power of two; one less fits @return NULL: no memory */
static inline struct rte_ring *
spp_pcap_queue_create(unsigned int size)
{
	ssize_t bytes = rte_ring_get_memsize_elem(sizeof(struct spp_pcap_item), size);
	void *memory;

	if (bytes < 0 || posix_memalign(&memory, RTE_CACHE_LINE_SIZE, (size_t)bytes) != 0)
		return NULL;
	if (rte_ring_init(memory, "pcap", size, RING_F_SP_ENQ | RING_F_SC_DEQ) < 0) {
		free(memory);
		return NULL;
	}
	return memory;
}

static inline unsigned int
spp_pcap_queue_put(struct rte_ring *queue, const struct spp_pcap_item *items, unsigned int nb)
{
	return rte_ring_sp_enqueue_burst_elem(queue, items, sizeof(*items), nb, NULL);
}

static inline unsigned int
spp_pcap_queue_take(struct rte_ring *queue, struct spp_pcap_item *items, unsigned int nb)
{
	return rte_ring_sc_dequeue_burst_elem(queue, items, sizeof(*items), nb, NULL);
}

#endif
