/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A ring with its ends in two processes: memory that spp_primary owns, a ring of bytes with a
 * record for each packet. One VF writes, another reads; each side copies, so no mbuf changes its
 * pool, and neither needs anything of the other but bytes, which it checks.
 *
 * Made by adapters/ring. To the packet path each end is a port as a NIC is (dp/port.h): the
 * writer's has tx, the reader's rx, arm and disarm.
 */
#ifndef SPP_DP_SHARED_RING_H
#define SPP_DP_SHARED_RING_H

#include <stdint.h>

#include "spp/dp/port.h"

/** Bytes of one, its head included: what a slow reader may have waiting. */
#define SPP_SHARED_RING_SIZE (1u << 21)

/** In memory that all processes map, at a cache line. What is in it only adapters/ring knows. */
struct spp_shared_ring;

/** What an end needs of its process. Lives as long as the end. */
struct spp_shared_ring_env {
	/** Reader: where mbufs come from; the VF's own. */
	struct rte_mempool *pool;
	/** Longest frame, bytes without FCS: longer records are a crazy writer's. */
	uint32_t frame_max;
	/** Writer: wake whoever sleeps on the reader's side. `who` is what the reader's `name`
	 * gave, or anything a crazy reader wrote: to be checked before use. Worker. */
	void (*wake)(void *arg, uint64_t who);
	/** Reader: what to call a sleeper (spp_dp_port.arm) by, so that another process can wake
	 * it; never 0, for the same sleeper always the same, for no two the same on the host.
	 * Worker; for disarm it may be called after close, too. */
	uint64_t (*name)(void *arg, void *sleeper);
	/** Writer: whether who is called so (by `name`, or anything a crazy reader wrote) runs on
	 * that CPU only. Worker. */
	bool (*on_cpu)(void *arg, uint64_t who, int32_t cpu);
	/** Writer: TSC cycles for which it waits for a reader on its CPU to catch up. */
	uint64_t patience;
	void *arg;
};

/** Primary: empty, and without ends. Nobody else may have it. */
void spp_shared_ring_init(struct spp_shared_ring *ring);

/**
 * Control thread: take one end. What a process that died left inside is put in order: a record that
 * was not whole is none; what is whole stays, first in, first out.
 *
 * @param ring NULL: one without a ring, which must not be called before it is attached to one
 * @return NULL: out of memory; or frame_max is more than mbufs or the ring can take; or DPDK had no
 *         place in mbufs for the count of hops (dp/hops.h): without it a circle would have no end
 */
struct spp_dp_port *spp_shared_ring_writer(struct spp_shared_ring *ring,
					   const struct spp_shared_ring_env *env);
struct spp_dp_port *spp_shared_ring_reader(struct spp_shared_ring *ring,
					   const struct spp_shared_ring_env *env);
/** Take the end of that ring by one that has none, as above; allocates nothing. The thread whose
 * the end is: its worker, or control while no worker may be inside. */
void spp_shared_ring_attach(struct spp_dp_port *dp, struct spp_shared_ring *ring);
/** Reader: whose worker reads from now on, so that a writer on its CPU knows. The same threads. */
void spp_shared_ring_read_by(struct spp_dp_port *dp, void *sleeper);
/** Control thread: the opposite; no worker may be inside, but in disarm. */
void spp_shared_ring_detach(struct spp_dp_port *dp);
/** Control thread: the end goes; no worker may be inside. A ring without reader takes nothing
 * (no_consumer). */
void spp_shared_ring_close(struct spp_dp_port *dp);

/** Primary: the ends that a dead process had, as if it had closed them. */
void spp_shared_ring_no_reader(struct spp_shared_ring *ring);
void spp_shared_ring_no_writer(struct spp_shared_ring *ring);

/** Any process, any thread: whether the other end is there now, and bytes that wait. */
int spp_shared_ring_has_reader(const struct spp_shared_ring *ring);
int spp_shared_ring_has_writer(const struct spp_shared_ring *ring);
uint32_t spp_shared_ring_waiting(const struct spp_shared_ring *ring);

/** Ways of a packet over such rings that are one too many: dropped, loop. */
#define SPP_SHARED_RING_HOPS 8

#endif
