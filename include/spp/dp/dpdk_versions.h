/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What differs between the DPDK releases this builds against, and nothing else: 22.11 (Debian 12),
 * 23.11 (Ubuntu 24.04; expected to build, not tried) and 24.11 (Debian 13). meson.build refuses
 * others. Where we rely on something that DPDK does not publish, its place in DPDK's source is
 * named, and whoever relies on it checks it when it runs.
 */
#ifndef SPP_DP_DPDK_VERSIONS_H
#define SPP_DP_DPDK_VERSIONS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_fbarray.h>
#include <rte_lcore.h>
#include <rte_memzone.h>
#include <rte_rwlock.h>
#include <rte_spinlock.h>
#include <rte_telemetry.h>
#include <rte_version.h>

#define SPP_DPDK_FROM_23_11 (RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0))

#if SPP_DPDK_FROM_23_11
#include <rte_thread.h>

static inline uint32_t
spp_dpdk_thread_main(void *body)
{
	((void (*)(void))body)();
	return 0;
}
#else
static inline void *
spp_dpdk_thread_main(void *body)
{
	((void (*)(void))body)();
	return NULL;
}
#endif

/**
 * Start a control thread of the EAL's: on the CPUs that no lcore has. (23.11 has no
 * rte_ctrl_thread_create() any more, 22.11 not yet what came in its place.)
 *
 * @param thread for pthread_join().
 * @param name   at most 15 characters.
 * @return 0 or -errno.
 */
static inline int
spp_dpdk_thread_create(pthread_t *thread, const char *name, void (*body)(void))
{
#if SPP_DPDK_FROM_23_11
	rte_thread_t id = {0};
	int ret = rte_thread_create_control(&id, name, spp_dpdk_thread_main, (void *)body);

	*thread = (pthread_t)id.opaque_id;
#else
	int ret = rte_ctrl_thread_create(thread, name, NULL, spp_dpdk_thread_main, (void *)body);
#endif
	return ret > 0 ? -ret : ret;
}

/** Add a number to a telemetry answer (another name since 23.03). @return 0 or -errno. */
static inline int
spp_dpdk_tel_dict_uint(struct rte_tel_data *dict, const char *name, uint64_t value)
{
#if SPP_DPDK_FROM_23_11
	return rte_tel_data_add_dict_uint(dict, name, value);
#else
	return rte_tel_data_add_dict_u64(dict, name, value);
#endif
}

/**
 * Names of the files that hold a secondary's copy of the memory lists, for glob(3) with its pid, in
 * the EAL's runtime directory (lib/eal/linux/eal_memalloc.c); 23.11 adds the time.
 */
#if SPP_DPDK_FROM_23_11
#define SPP_DPDK_SECONDARY_ARRAYS "fbarray_*_%d_*"
#else
#define SPP_DPDK_SECONDARY_ARRAYS "fbarray_*_%d"
#endif

/**
 * What a secondary that dies leaves of the heap at least, in bytes: rte_service_init() allocates
 * the state of all lcores there, until 24.11 gave it memory of each process's own (measured: 151
 * and 7 kB; 29 kB more for each guest, 6 for each NIC with an Rx adapter).
 */
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
#define SPP_DPDK_HEAP_LOST (UINT64_C(8) * 1024)
#else
#define SPP_DPDK_HEAP_LOST (UINT64_C(152) * 1024)
#endif

/**
 * How the memory begins that all processes share of the EAL: struct rte_mem_config, with its locks
 * (lib/eal/common/eal_memcfg.h).
 */
struct spp_dpdk_mem_config {
	uint32_t magic, version, channels, ranks;
	rte_rwlock_t memzones_lock, tailqs_lock, mempools_lock;
	rte_spinlock_t timers_lock;
#if SPP_DPDK_FROM_23_11
	rte_spinlock_t ethdev_lock;
#endif
	rte_rwlock_t memory_lock;
	uint8_t mp_status;
	struct rte_fbarray memzones;
};

/** Whether a primary of this release has made it, and its EAL has started. */
static inline bool
spp_dpdk_mem_config_is_ours(const struct spp_dpdk_mem_config *config)
{
	return config->magic == RTE_MAGIC && config->version == RTE_VERSION;
}

/**
 * The spinlock of the ports, which all processes share, as a word: 0 or 1. Until 23.11 it was in
 * front of what they share of the ports (struct eth_dev_shared, lib/ethdev/ethdev_private.h).
 *
 * @return NULL: there is no port, or the lock is not where it should be.
 */
static inline int32_t *
spp_dpdk_ethdev_lock(struct spp_dpdk_mem_config *config)
{
#if SPP_DPDK_FROM_23_11
	return (int32_t *)(uintptr_t)&config->ethdev_lock.locked;
#else
	struct shared {
		uint64_t next_owner;
		rte_spinlock_t lock;
		char first_name[RTE_ETH_NAME_MAX_LEN] __rte_cache_aligned;
	};
	const struct rte_memzone *zone = rte_memzone_lookup("rte_eth_dev_data");
	struct shared *shared = zone != NULL ? (struct shared *)zone->addr : NULL;
	char name[RTE_ETH_NAME_MAX_LEN];

	(void)config;
	if (shared == NULL || rte_eth_dev_get_name_by_port(0, name) < 0 ||
	    strcmp(shared->first_name, name) != 0)
		return NULL;
	return (int32_t *)(uintptr_t)&shared->lock.locked;
#endif
}

#endif
