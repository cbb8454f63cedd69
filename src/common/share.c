/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The shared memory of primary and VFs: reserve and find.
 */
#include "common/share.h"

#include <string.h>

#include <rte_errno.h>
#include <rte_memzone.h>
#include <rte_version.h>

#include "common/ring_areas.h"

void
spp_share_pool_name(char *out, size_t size, const char *kind, unsigned int slot, uint32_t session)
{
	snprintf(out, size, "spp_%s_%u_%u", kind, slot, session);
}

struct spp_share *
spp_share_create(void)
{
	const struct rte_memzone *mz = rte_memzone_reserve_aligned(
		SPP_SHARE_NAME, sizeof(struct spp_share), SOCKET_ID_ANY, 0, RTE_CACHE_LINE_SIZE);

	struct spp_share *share;
	unsigned int i;

	if (mz == NULL)
		return NULL;
	share = memset(mz->addr, 0, sizeof(*share));
	for (i = 0; i < SPP_VF_MAX; i++)
		share->scheduler[i].cpu = -1; /* not known yet */
	return share;
}

struct spp_share *
spp_share_find(struct spp_error *err)
{
	const struct rte_memzone *mz = rte_memzone_lookup(SPP_SHARE_NAME);
	struct spp_share *share;

	if (mz == NULL) {
		spp_error(err, ENOENT,
			  "no spp_primary behind this --file-prefix: start spp_primary first, with "
			  "the same --file-prefix");
		return NULL;
	}
	share = mz->addr;
	if (__atomic_load_n(&share->layout, __ATOMIC_ACQUIRE) == 0) {
		spp_error(err, EAGAIN, "spp_primary is not ready yet");
		return NULL;
	}
	if (share->layout != SPP_SHARE_LAYOUT) {
		spp_error(err, EPROTO,
			  "spp_primary has shared memory layout %u, this spp_vf layout %u: restart "
			  "spp_primary, or start the spp_vf of its build",
			  share->layout, SPP_SHARE_LAYOUT);
		return NULL;
	}
	return spp_ring_areas_find(share->nb_shared_rings, err) == 0 ? share : NULL;
}

bool
spp_share_may_come(void)
{
	const struct rte_memzone *mz = rte_memzone_lookup(SPP_SHARE_NAME);

	return mz == NULL ||
	       __atomic_load_n(&((struct spp_share *)mz->addr)->layout, __ATOMIC_ACQUIRE) == 0;
}

struct spp_build
spp_share_build(void)
{
	static const char prefix[] = "DPDK ";
	const char *dpdk = rte_version();

	if (strncmp(dpdk, prefix, strlen(prefix)) == 0)
		dpdk += strlen(prefix);
	return (struct spp_build){.dpdk = dpdk, .layout = SPP_SHARE_LAYOUT};
}
