/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The shared memory of primary and VFs: reserve, find, and the claim table. Knows nothing of what
 * the ports are used for.
 */
#include "share.h"

#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_memzone.h>

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

	if (mz == NULL)
		return NULL;
	memset(mz->addr, 0, sizeof(struct spp_share));
	return mz->addr;
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
	if (share->layout != SPP_SHARE_LAYOUT) {
		spp_error(err, EPROTO,
			  "spp_primary has shared memory layout %u, this spp_vf layout %u: install "
			  "both from the same build",
			  share->layout, SPP_SHARE_LAYOUT);
		return NULL;
	}
	return share;
}

int
spp_share_claim(struct spp_share *share, struct spp_port port, unsigned int slot,
		struct spp_error *err)
{
	uint32_t *holder = &share->holder[spp_port_id(port)];
	uint32_t seen = 0;
	char name[32];

	if (__atomic_compare_exchange_n(holder, &seen, slot + 1, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE) ||
	    seen == slot + 1)
		return 0;
	spp_port_text(port, name, sizeof(name));
	return spp_error(err, EBUSY,
			 "%s is held by spp_vf %u until its wiring lets go of it or it ends", name,
			 share->process_id[seen - 1]);
}

void
spp_share_unclaim(struct spp_share *share, struct spp_port port, unsigned int slot)
{
	uint32_t seen = slot + 1;

	__atomic_compare_exchange_n(&share->holder[spp_port_id(port)], &seen, 0, false,
				    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

bool
spp_share_holds(const struct spp_share *share, struct spp_port port, unsigned int slot)
{
	return __atomic_load_n(&share->holder[spp_port_id(port)], __ATOMIC_ACQUIRE) == slot + 1;
}

void
spp_port_text(struct spp_port port, char *out, size_t size)
{
	static const char *const kinds[] = {
		[SPP_PORT_NIC] = "nic", [SPP_PORT_VHOST] = "vhost", [SPP_PORT_RING] = "ring"};

	snprintf(out, size, "%s%u", kinds[port.kind], port.index);
}

const char *
spp_run_dir(void)
{
	const char *dir = getenv("SPP_RUN_DIR");

	return dir != NULL && dir[0] != '\0' ? dir : "/run/spp";
}
