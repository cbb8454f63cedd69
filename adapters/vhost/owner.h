/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One worker at a time in each direction of a vhost: two that send, or two that receive, would
 * break the guest's ring. librte_vhost does not keep them apart: since 24.11
 * rte_vhost_enqueue_burst() and rte_vhost_dequeue_burst() take only the read side of the ring's
 * lock, and the spinlock that 22.11 had there made the second wait for one that may have lost its
 * CPU. What keeps it so is that a port is tx, and rx, of one component only, which moves by pause
 * and drain (dataplane.h).
 *
 * Here it is asserted, in builds with assert(3); others have nothing of it.
 */
#ifndef SPP_VHOST_OWNER_H
#define SPP_VHOST_OWNER_H

#include <assert.h>
#include <stdbool.h>

#ifdef NDEBUG

struct spp_vhost_owner {
};

static inline void
spp_vhost_owner_enter(struct spp_vhost_owner *owner)
{
	(void)owner;
}

static inline void
spp_vhost_owner_leave(struct spp_vhost_owner *owner)
{
	(void)owner;
}

#else

struct spp_vhost_owner {
	bool inside;
};

/** The calling worker uses the direction from now on. Nobody else may. */
static inline void
spp_vhost_owner_enter(struct spp_vhost_owner *owner)
{
	bool another = __atomic_exchange_n(&owner->inside, true, __ATOMIC_ACQUIRE);

	assert(!another && "two workers in one direction of a vhost");
}

static inline void
spp_vhost_owner_leave(struct spp_vhost_owner *owner)
{
	__atomic_store_n(&owner->inside, false, __ATOMIC_RELEASE);
}

#endif

#endif
