/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The heap that spp_primary shares with its VFs: what DPDK loses of it with each VF that dies, for
 * how many starts it is good, and the reserve that lets a VF be put in order whatever others take.
 *
 * Called by spp_primary only, under the slots' lock (slots.h) or before there are threads.
 */
#ifndef SPP_HEAP_H
#define SPP_HEAP_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/dp/dpdk_versions.h"
#include "spp/error.h"
#include "spp/host.h"

/** What a VF that dies leaves of its start, with room for a guest (bytes): the least restarts are
 * counted by. */
#define SPP_HEAP_PER_DEATH (SPP_DPDK_HEAP_LOST + UINT64_C(40) * 1024)
/** The first VF of a slot makes what stays for all that follow in it (bytes, at most). */
#define SPP_HEAP_FIRST_START (UINT64_C(1024) * 1024)
/** Not for starts, for each slot: the event device as its VF configures it (bytes, at most). */
#define SPP_HEAP_PER_DEVICE (UINT64_C(4) * 1024 * 1024)
/** Not for starts: guests that connect (bytes). */
#define SPP_HEAP_KEEP (UINT64_C(8) * 1024 * 1024)

/** One block of a reserve: small, so that it is found again between what others took. */
#define SPP_HEAP_PIECE  (UINT64_C(1024) * 1024)
#define SPP_HEAP_PIECES 96

/** Memory of one node that nobody else can take: given free for a clean-up that finds none,
 * and taken back after it. */
struct spp_heap_reserve {
	int socket_id;
	unsigned int nb_wanted;
	unsigned int nb;
	void *piece[SPP_HEAP_PIECES];
};

struct spp_heap {
	uint64_t after_start;  /**< bytes used when no VF had come yet, without the reserves */
	uint64_t leaked;       /**< since then, as of the last clean-up */
	uint64_t others;       /**< of other programs: */
	uint64_t others_zones; /**< memzones that are neither ours nor of that time, */
	uint64_t others_more;  /**< and what else came while only they can have made it */
	uint64_t looked_at;    /**< bytes used when these were counted */
	const void **zones;    /**< addresses of the memzones of that time */
	unsigned int nb_zones;
	uint64_t nb_deaths; /**< of VFs: each leaks; an orderly end does not */
	unsigned int nb_slots;
	struct spp_heap_reserve reserve[SPP_VF_MAX]; /**< one for each node that has slots */
	unsigned int nb_reserves;
};

/** Bytes in use on all nodes, reserves included. */
uint64_t spp_heap_used(uint64_t *size);

/** At start: keep `bytes` in reserve on the node, once for all slots there. */
int spp_heap_reserve(struct spp_heap *heap, int socket_id, uint64_t bytes, struct spp_error *err);
/** At the end of the start, before any VF. -ENOMEM: there is too little for each to start. */
int spp_heap_begin(struct spp_heap *heap, struct spp_error *err);

/** Bytes of names that spp_heap_others() tells. */
#define SPP_HEAP_NAMES 128

#define SPP_HEAP_OTHERS_LEAST (UINT64_C(256) * 1024)

/** Whether more or less is in use than when spp_heap_others() counted, by SPP_HEAP_OTHERS_LEAST. */
bool spp_heap_has_changed(const struct spp_heap *heap);

/**
 * Then: count what other DPDK programs on this --file-prefix have taken (dpdk-dumpcap, testpmd and
 * the like make mempools and rings here, which stay when they end).
 *
 * @param theirs one of them runs, and no VF has done anything: what is in no memzone is theirs, too
 * @param names of the memzones, the last first, for the log
 * @return bytes that have come since the last time it was not 0; less than SPP_HEAP_OTHERS_LEAST
 *   wait for more
 */
uint64_t spp_heap_others(struct spp_heap *heap, bool theirs, char names[SPP_HEAP_NAMES]);

/** When new pools find no memory: let them have the reserve. */
void spp_heap_give(struct spp_heap *heap, int socket_id);
/** After the old ones are freed, and once a second: take back what is missing of all reserves. */
void spp_heap_take(struct spp_heap *heap);

/** After a clean-up. held, here and below: bytes that VFs which run will give back. */
void spp_heap_measure(struct spp_heap *heap, uint64_t held);

/** Whether a VF that asks for a slot may have it. */
bool spp_heap_has_room(const struct spp_heap *heap, uint64_t held);

void spp_heap_status(const struct spp_heap *heap, uint64_t held, struct spp_host_heap *out);

#endif
