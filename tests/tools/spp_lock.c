/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A secondary that dies, or stops, inside one of DPDK's shared locks: what happens to a spp_vf that
 * is killed at that moment.
 *
 *     spp_lock WHERE EAL-OPTIONS
 *
 * - start: in its EAL's start, the list of memzones locked for writing
 * - memzones: that list locked for reading
 * - array: the array below it locked for writing
 * - map: the memory map locked for reading
 * - memory: the memory map locked for writing
 * - ports: the list of ethdev ports locked
 * - stop: as memzones, but it is stopped (SIGSTOP); continued it ends with 0
 * - sleep: as memzones, but it sleeps there until it gets a SIGUSR1, and ends with 0
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_eal_memconfig.h>
#include <rte_memory.h>
#include <rte_memzone.h>
#include <rte_rwlock.h>

#include "spp/dp/dpdk_versions.h"

static bool die_in_start;

/* The EAL calls ours in place of the C library's, with its lock taken, when it maps the list. */
int
flock(int fd, int operation)
{
	char link[64], path[256] = "";

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (die_in_start && readlink(link, path, sizeof(path) - 1) > 0 &&
	    strstr(path, "/fbarray_memzone") != NULL)
		raise(SIGKILL);
	return (int)syscall(SYS_flock, fd, operation);
}

/* For each memzone; the lock is held. */
static void
on_memzone(const struct rte_memzone *zone, void *sig)
{
	(void)zone;
	raise(*(int *)sig);
	*(int *)sig = 0;
}

static void
on_signal(int sig)
{
	(void)sig;
}

static void
on_memzone_sleep(const struct rte_memzone *zone, void *slept)
{
	(void)zone;
	if (!*(bool *)slept)
		sleep(3600);
	*(bool *)slept = true;
}

static int
on_segment(const struct rte_memseg_list *list, const struct rte_memseg *segment, void *arg)
{
	(void)list;
	(void)segment;
	(void)arg;
	return raise(SIGKILL);
}

/* What rte_fbarray_set_used() takes, or rte_eth_dev_attach_secondary(). */
static void
lock_private(bool ports)
{
	char path[256];
	struct spp_dpdk_mem_config *config;
	int32_t *word;
	int fd;

	snprintf(path, sizeof(path), "%s/config", rte_eal_get_runtime_dir());
	fd = open(path, O_RDWR);
	config = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (config == MAP_FAILED || strcmp(config->memzones.name, "memzone") != 0)
		return;
	if (!ports) {
		rte_rwlock_write_lock(&config->memzones.rwlock);
		return;
	}
	word = spp_dpdk_ethdev_lock(config);
	if (word != NULL)
		*word = 1;
}

int
main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "";
	int sig = strcmp(where, "stop") == 0 ? SIGSTOP : SIGKILL;
	bool slept = false;

	die_in_start = strcmp(where, "start") == 0;
	if (argc < 2 || rte_eal_init(argc - 1, argv + 1) < 0)
		return EXIT_FAILURE;
	if (strcmp(where, "map") == 0)
		rte_memseg_walk(on_segment, NULL);
	if (strcmp(where, "memory") == 0)
		rte_mcfg_mem_write_lock();
	if (strcmp(where, "array") == 0 || strcmp(where, "ports") == 0)
		lock_private(strcmp(where, "ports") == 0);
	if (strcmp(where, "memzones") == 0 || sig == SIGSTOP)
		rte_memzone_walk(on_memzone, &sig);
	if (strcmp(where, "sleep") == 0) {
		signal(SIGUSR1, on_signal);
		rte_memzone_walk(on_memzone_sleep, &slept);
		return EXIT_SUCCESS;
	}
	if (sig == SIGKILL)
		raise(sig);
	return sig == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
