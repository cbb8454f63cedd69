/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The shared heap of spp_primary. Knows DPDK's heap and nothing of what VFs are; see heap.h.
 */
#include "primary/heap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_memzone.h>

uint64_t
spp_heap_used(uint64_t *size)
{
	struct rte_malloc_socket_stats stats;
	uint64_t used = 0;
	unsigned int i;

	*size = 0;
	for (i = 0; i < rte_socket_count(); i++) {
		if (rte_malloc_get_socket_stats(rte_socket_id_by_idx(i), &stats) < 0)
			continue;
		*size += stats.heap_totalsz_bytes;
		used += stats.heap_allocsz_bytes;
	}
	return used;
}

static uint64_t
heap_reserved(const struct spp_heap *heap)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < heap->nb_reserves; i++)
		sum += heap->reserve[i].nb * SPP_HEAP_PIECE;
	return sum;
}

static void
reserve_take(struct spp_heap_reserve *reserve)
{
	void *piece;

	while (reserve->nb < reserve->nb_wanted) {
		piece = rte_malloc_socket(NULL, SPP_HEAP_PIECE, 0, reserve->socket_id);
		if (piece == NULL)
			return;
		reserve->piece[reserve->nb++] = piece;
	}
}

/* A slot without a node of its own takes what there is, of the first node first. */
static struct spp_heap_reserve *
heap_find(struct spp_heap *heap, int socket_id)
{
	unsigned int i;

	if (socket_id == SOCKET_ID_ANY)
		socket_id = rte_socket_id_by_idx(0);
	for (i = 0; i < heap->nb_reserves; i++) {
		if (heap->reserve[i].socket_id == socket_id)
			return &heap->reserve[i];
	}
	return NULL;
}

int
spp_heap_reserve(struct spp_heap *heap, int socket_id, uint64_t bytes, struct spp_error *err)
{
	struct spp_heap_reserve *reserve = heap_find(heap, socket_id);

	if (reserve != NULL)
		return 0;
	reserve = &heap->reserve[heap->nb_reserves++];
	reserve->socket_id = socket_id == SOCKET_ID_ANY ? rte_socket_id_by_idx(0) : socket_id;
	/* one more than fits exactly: the pieces need not be neighbours */
	reserve->nb_wanted =
		RTE_MIN((unsigned int)(bytes / SPP_HEAP_PIECE) + 2, (unsigned int)SPP_HEAP_PIECES);
	reserve_take(reserve);
	if (reserve->nb < reserve->nb_wanted)
		return spp_error(err, ENOMEM,
				 "no memory for the %u MB that a VF's clean-up needs: give "
				 "spp_primary more --socket-mem",
				 reserve->nb_wanted);
	return 0;
}

void
spp_heap_give(struct spp_heap *heap, int socket_id)
{
	struct spp_heap_reserve *reserve = heap_find(heap, socket_id);

	while (reserve != NULL && reserve->nb > 0)
		rte_free(reserve->piece[--reserve->nb]);
}

void
spp_heap_take(struct spp_heap *heap)
{
	unsigned int i;

	for (i = 0; i < heap->nb_reserves; i++)
		reserve_take(&heap->reserve[i]);
}

void
spp_heap_measure(struct spp_heap *heap, uint64_t held)
{
	uint64_t size, used = spp_heap_used(&size), ours = heap_reserved(heap) + held;

	ours += heap->after_start + heap->others;
	heap->leaked = used > ours ? used - ours : 0;
}

/* VFs that die before they attach are not counted: that makes it larger, never smaller. */
static uint64_t
heap_per_death(const struct spp_heap *heap)
{
	uint64_t once = heap->nb_slots * SPP_HEAP_FIRST_START;

	if (heap->nb_deaths == 0 || heap->leaked <= once)
		return SPP_HEAP_PER_DEATH;
	return RTE_MAX(SPP_HEAP_PER_DEATH, (heap->leaked - once) / heap->nb_deaths);
}

/* Bytes for starts; below 0 when what is kept for other things is touched. */
static int64_t
heap_for_starts(const struct spp_heap *heap, uint64_t held)
{
	uint64_t size, used = spp_heap_used(&size), keep = SPP_HEAP_KEEP, i;
	uint64_t once = heap->nb_slots * SPP_HEAP_FIRST_START;

	keep += heap->nb_slots * SPP_HEAP_PER_DEVICE;
	keep += once > heap->leaked ? once - heap->leaked : 0;
	for (i = 0; i < heap->nb_reserves; i++)
		keep += (uint64_t)(heap->reserve[i].nb_wanted - heap->reserve[i].nb) *
			SPP_HEAP_PIECE;
	return (int64_t)(size + held) - (int64_t)(used + keep);
}

/* ---- memzones of others ---- */

/* What ours are called that come later: pools, their stacks, event rings, what NICs' drivers make
 * when they are set up again, the table of Rx adapters. */
static bool
zone_is_ours(const char *name)
{
	static const char *const begins[] = {"MP_spp_", "STK_MP_spp_", "RG_MP_spp_", "RG_sw",
					     "ER_sw",   "sw",          "eth_p",      "rte_"};
	size_t i;

	for (i = 0; i < RTE_DIM(begins); i++) {
		if (strncmp(name, begins[i], strlen(begins[i])) == 0)
			return true;
	}
	return false;
}

static void
zone_count(const struct rte_memzone *zone, void *arg)
{
	(void)zone;
	++*(unsigned int *)arg;
}

static void
zone_keep(const struct rte_memzone *zone, void *arg)
{
	struct spp_heap *heap = arg;

	heap->zones[heap->nb_zones++] = zone->addr;
}

struct zone_sum {
	const struct spp_heap *heap;
	uint64_t bytes;
	char *names;
};

static void
zone_look(const struct rte_memzone *zone, void *arg)
{
	struct zone_sum *sum = arg;
	char before[SPP_HEAP_NAMES];
	unsigned int i;
	int length;

	for (i = 0; i < sum->heap->nb_zones; i++) {
		if (sum->heap->zones[i] == zone->addr)
			return;
	}
	if (zone_is_ours(zone->name))
		return;
	sum->bytes += zone->len;
	snprintf(before, sizeof(before), "%s", sum->names);
	length = snprintf(sum->names, SPP_HEAP_NAMES, "%s", zone->name);
	if (before[0] != '\0' && length + 2 + strlen(before) < SPP_HEAP_NAMES)
		snprintf(sum->names + length, SPP_HEAP_NAMES - (size_t)length, ", %s", before);
	else if (before[0] != '\0')
		snprintf(sum->names + length, SPP_HEAP_NAMES - (size_t)length, ", ...");
}

bool
spp_heap_has_changed(const struct spp_heap *heap)
{
	uint64_t size, used = spp_heap_used(&size);

	return heap->looked_at > used + SPP_HEAP_OTHERS_LEAST ||
	       used > heap->looked_at + SPP_HEAP_OTHERS_LEAST;
}

/* Guests that connect meanwhile make less than that. */
#define OTHERS_MORE_LEAST (INT64_C(1024) * 1024)

uint64_t
spp_heap_others(struct spp_heap *heap, bool theirs, char names[SPP_HEAP_NAMES])
{
	struct zone_sum sum = {.heap = heap, .names = names};
	uint64_t size, used = spp_heap_used(&size), before = heap->others, now;
	int64_t more = (int64_t)(used - heap->looked_at);

	names[0] = '\0';
	heap->looked_at = used;
	/* the list has a lock, which one who died may hold: not without need */
	rte_memzone_walk(zone_look, &sum);
	more -= (int64_t)(sum.bytes - heap->others_zones);
	heap->others_zones = sum.bytes;
	if (theirs && (more >= OTHERS_MORE_LEAST || more <= -OTHERS_MORE_LEAST))
		heap->others_more =
			(uint64_t)RTE_MAX((int64_t)heap->others_more + more, INT64_C(0));
	now = sum.bytes + heap->others_more;
	if (now > before && now - before < SPP_HEAP_OTHERS_LEAST)
		return 0;
	heap->others = now;
	return now > before ? now - before : 0;
}

int
spp_heap_begin(struct spp_heap *heap, struct spp_error *err)
{
	unsigned int nb = 0;
	uint64_t size;

	heap->after_start = spp_heap_used(&size) - heap_reserved(heap);
	heap->looked_at = spp_heap_used(&size);
	rte_memzone_walk(zone_count, &nb);
	heap->zones = calloc(nb + 1, sizeof(heap->zones[0]));
	if (heap->zones == NULL)
		return spp_error(err, ENOBUFS, "out of memory");
	rte_memzone_walk(zone_keep, heap);
	return heap_for_starts(heap, 0) >= (int64_t)(heap->nb_slots * SPP_HEAP_PER_DEATH)
		       ? 0
		       : spp_error(err, ENOMEM, "no memory is left for the start of a VF");
}

bool
spp_heap_has_room(const struct spp_heap *heap, uint64_t held)
{
	/* the one that asks has taken its part already */
	return heap_for_starts(heap, held) + (int64_t)heap_per_death(heap) > 0;
}

void
spp_heap_status(const struct spp_heap *heap, uint64_t held, struct spp_host_heap *out)
{
	int64_t left = heap_for_starts(heap, held);

	out->used = spp_heap_used(&out->size);
	out->reserved = heap_reserved(heap);
	out->leaked = heap->leaked;
	out->others = heap->others;
	out->restarts_left = left > 0 ? (uint64_t)left / heap_per_death(heap) : 0;
}
