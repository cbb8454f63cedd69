/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A DPDK program of others: a secondary that takes memory for itself, as dpdk-dumpcap and testpmd
 * do, and ends some seconds later without giving it back.
 *
 *     spp_taker pool|heap MIB EAL-OPTIONS
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_malloc.h>
#include <rte_mempool.h>

#define OBJECT 16384
#define STAY_S 2

static bool
take_pool(size_t bytes)
{
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "taker_%d", getpid());
	return rte_mempool_create(name, (unsigned int)(bytes / OBJECT), OBJECT, 0, 0, NULL, NULL,
				  NULL, NULL, SOCKET_ID_ANY, 0) != NULL;
}

int
main(int argc, char **argv)
{
	size_t bytes;
	bool taken;

	if (argc < 3 || rte_eal_init(argc - 2, argv + 2) < 0)
		return 1;
	bytes = strtoul(argv[2], NULL, 10) << 20;
	taken = strcmp(argv[1], "pool") == 0 ? take_pool(bytes)
					     : rte_malloc(NULL, bytes, 0) != NULL;
	puts(taken ? "taken" : "no memory");
	fflush(stdout);
	if (taken)
		sleep(STAY_S);
	_exit(taken ? 0 : 1);
}
