/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rings between processes: their ends come and go. Control threads, no packet. See
 * spp/dp/shared_ring.h.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>

#include "spp/dp/hops.h"

#include "ring/ends.h"
#include "ring/reader.h"
#include "ring/writer.h"

/* A worker that slept on an end disarms it when it wakes, which may be after it was closed: memory
 * of an end stays one's for ever. Those that are free. */
static SLIST_HEAD(ring_ends, ring_end) closed = SLIST_HEAD_INITIALIZER(closed);

void
spp_shared_ring_init(struct spp_shared_ring *ring)
{
	memset(ring, 0, sizeof(*ring));
}

static struct ring_end *
allocate(void)
{
	struct ring_end *end = SLIST_FIRST(&closed);

	if (end != NULL) {
		SLIST_REMOVE_HEAD(&closed, next);
		return end;
	}
	end = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*end));
	if (end == NULL)
		return NULL;
	memset(end, 0, sizeof(*end));
	end->found = calloc(SPP_VECTOR_SIZE, sizeof(end->found[0]));
	end->mbufs = calloc(RING_MBUFS_MAX, sizeof(end->mbufs[0]));
	if (end->found != NULL && end->mbufs != NULL)
		return end;
	free(end->found);
	free(end->mbufs);
	free(end);
	return NULL;
}

/* An end of no ring. */
static struct ring_end *
take(const struct spp_shared_ring_env *env, bool writes)
{
	struct ring_end *end;

	if (env->frame_max > RING_FRAME_MAX || spp_hops_init() < 0)
		return NULL;
	end = allocate();
	if (end == NULL)
		return NULL;
	end->env = *env;
	end->writes = writes;
	return end;
}

static void
attach_writer(struct ring_end *end, struct spp_shared_ring *ring)
{
	end->behind_since = 0;
	end->own = ring_cursor(&ring->written);
	end->other = ring_cursor(&ring->read);
	/* a crazy writer was here: empty, the reader will see that */
	if (end->own - end->other > RING_BYTES)
		end->own = end->other;
	__atomic_store_n(&ring->written, end->own, __ATOMIC_RELEASE);
	__atomic_store_n(&ring->has_writer, 1, __ATOMIC_RELAXED);
}

static void
attach_reader(struct ring_end *end, struct spp_shared_ring *ring)
{
	end->own = end->other = ring_cursor(&ring->read);
	__atomic_store_n(&ring->armed, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&ring->reader, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&ring->read, end->own, __ATOMIC_RELEASE);
	__atomic_store_n(&ring->has_reader, 1, __ATOMIC_RELAXED);
}

void
spp_shared_ring_attach(struct spp_dp_port *dp, struct spp_shared_ring *ring)
{
	struct ring_end *end = (struct ring_end *)dp;

	__atomic_store_n(&end->ring, ring, __ATOMIC_RELAXED);
	if (end->writes)
		attach_writer(end, ring);
	else
		attach_reader(end, ring);
}

void
spp_shared_ring_read_by(struct spp_dp_port *dp, void *sleeper)
{
	struct ring_end *end = (struct ring_end *)dp;

	__atomic_store_n(&end->ring->reader, end->env.name(end->env.arg, sleeper),
			 __ATOMIC_RELAXED);
}

struct spp_dp_port *
spp_shared_ring_writer(struct spp_shared_ring *ring, const struct spp_shared_ring_env *env)
{
	struct ring_end *end = take(env, true);

	if (end == NULL)
		return NULL;
	end->dp = (struct spp_dp_port){
		.tx = spp_ring_tx, .behind = spp_ring_behind, .full = SPP_DROP_RING_FULL};
	if (ring != NULL)
		spp_shared_ring_attach(&end->dp, ring);
	return &end->dp;
}

struct spp_dp_port *
spp_shared_ring_reader(struct spp_shared_ring *ring, const struct spp_shared_ring_env *env)
{
	uint32_t size = rte_pktmbuf_data_room_size(env->pool), room;
	struct ring_end *end;

	if (size < RTE_PKTMBUF_HEADROOM + RTE_ETHER_HDR_LEN)
		return NULL;
	room = size - RTE_PKTMBUF_HEADROOM;
	if (env->frame_max > (uint64_t)room * RING_MBUFS_MAX)
		return NULL;
	end = take(env, false);
	if (end == NULL)
		return NULL;
	end->dp = (struct spp_dp_port){
		.rx = spp_ring_rx, .arm = spp_ring_arm, .disarm = spp_ring_disarm};
	end->room = room;
	if (ring != NULL)
		spp_shared_ring_attach(&end->dp, ring);
	return &end->dp;
}

void
spp_shared_ring_detach(struct spp_dp_port *dp)
{
	struct ring_end *end = (struct ring_end *)dp;

	if (end->writes)
		spp_shared_ring_no_writer(end->ring);
	else
		spp_shared_ring_no_reader(end->ring);
}

void
spp_shared_ring_close(struct spp_dp_port *dp)
{
	struct ring_end *end = (struct ring_end *)dp;

	spp_shared_ring_detach(dp);
	SLIST_INSERT_HEAD(&closed, end, next);
}

void
spp_shared_ring_no_reader(struct spp_shared_ring *ring)
{
	__atomic_store_n(&ring->has_reader, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&ring->reader, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&ring->armed, 0, __ATOMIC_RELAXED);
}

void
spp_shared_ring_no_writer(struct spp_shared_ring *ring)
{
	__atomic_store_n(&ring->has_writer, 0, __ATOMIC_RELAXED);
}

int
spp_shared_ring_has_reader(const struct spp_shared_ring *ring)
{
	return __atomic_load_n(&ring->has_reader, __ATOMIC_RELAXED) != 0;
}

int
spp_shared_ring_has_writer(const struct spp_shared_ring *ring)
{
	return __atomic_load_n(&ring->has_writer, __ATOMIC_RELAXED) != 0;
}

uint32_t
spp_shared_ring_waiting(const struct spp_shared_ring *ring)
{
	uint64_t read = ring_cursor(&ring->read);
	uint64_t waiting = ring_cursor(&ring->written) - read;

	return waiting > RING_BYTES ? 0 : (uint32_t)waiting;
}
