/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The memory of rings whose ends are in two processes: areas of SPP_SHARED_RING_SIZE bytes, made by
 * the primary at its start (--shared-rings), found by name by a VF. Which ring has which is said by
 * ring_claims.h.
 */
#ifndef SPP_RING_AREAS_H
#define SPP_RING_AREAS_H

#include "spp/dp/shared_ring.h"
#include "spp/error.h"

/**
 * Primary: reserve so many, 0 to SPP_SHARED_RING_MAX.
 *
 * @return how many there are: none where mbufs have no count of hops (dp/hops.h), without which a
 *         circle over several VFs would have no end; -ENOMEM: the memory is too little
 */
int spp_ring_areas_create(unsigned int nb);
/** VF: find them. @param nb how many the primary has */
int spp_ring_areas_find(unsigned int nb, struct spp_error *err);

/** Any thread, once one of the above has succeeded. */
struct spp_shared_ring *spp_ring_area(unsigned int index);

#endif
