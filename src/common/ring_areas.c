/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See ring_areas.h.
 */
#include "common/ring_areas.h"

#include <errno.h>

#include <rte_memzone.h>

#include "spp/dp/hops.h"

#define NAME "spp_shared_rings"

static uint8_t *areas; /* constant after start */

int
spp_ring_areas_create(unsigned int nb)
{
	const struct rte_memzone *mz;

	if (nb == 0 || spp_hops_flag == 0)
		return 0;
	mz = rte_memzone_reserve_aligned(NAME, (size_t)nb * SPP_SHARED_RING_SIZE, SOCKET_ID_ANY, 0,
					 RTE_CACHE_LINE_SIZE);
	if (mz == NULL)
		return -ENOMEM;
	areas = mz->addr;
	return (int)nb;
}

int
spp_ring_areas_find(unsigned int nb, struct spp_error *err)
{
	const struct rte_memzone *mz;

	if (nb == 0)
		return 0;
	mz = rte_memzone_lookup(NAME);
	if (mz == NULL)
		return spp_error(err, ENOENT, "the shared rings of spp_primary are not there");
	areas = mz->addr;
	return 0;
}

struct spp_shared_ring *
spp_ring_area(unsigned int index)
{
	return (struct spp_shared_ring *)(areas + (size_t)index * SPP_SHARED_RING_SIZE);
}
