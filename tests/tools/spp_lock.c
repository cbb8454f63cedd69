/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A secondary that dies, or stops, inside one of DPDK's shared locks: what happens to a spp_vf that
 * is killed at that moment.
 *
 *     spp_lock start EAL-OPTIONS      dies in its EAL's start, the list of memzones locked for
 * writing spp_lock memzones EAL-OPTIONS   dies with that list locked for reading spp_lock memory
 * EAL-OPTIONS     dies with the memory map locked for writing spp_lock stop EAL-OPTIONS       as
 * memzones, but is stopped (SIGSTOP); continued it ends with 0
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_eal_memconfig.h>
#include <rte_memzone.h>

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

int
main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "";
	int sig = strcmp(where, "stop") == 0 ? SIGSTOP : SIGKILL;

	die_in_start = strcmp(where, "start") == 0;
	if (argc < 2 || rte_eal_init(argc - 1, argv + 1) < 0)
		return EXIT_FAILURE;
	if (strcmp(where, "memory") == 0) {
		rte_mcfg_mem_write_lock();
		raise(SIGKILL);
	}
	if (strcmp(where, "memzones") == 0 || sig == SIGSTOP)
		rte_memzone_walk(on_memzone, &sig);
	return sig == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
