/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starts the EAL, and stands by its end. See eal_start.h.
 */
#include "common/eal_start.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include "spp/lines.h"

#include "common/library_log.h"
#include "common/log.h"
#include "common/options.h"
#include "common/policy.h"

/* Less free memory in one piece than the EAL's parts ask for. */
#define MEMORY_LEAST (1u << 20)

static void (*start_leave)(void);
static volatile sig_atomic_t starting;

/* The first lcore that is to run where this process may not. */
static int
check_cpus(struct spp_error *err)
{
	unsigned int lcore_id;
	rte_cpuset_t cpus, before;
	int cpu, ret;

	if (sched_getaffinity(0, sizeof(before), &before) < 0)
		return 0;
	RTE_LCORE_FOREACH(lcore_id)
	{
		cpus = rte_lcore_cpuset(lcore_id);
		if (CPU_COUNT(&cpus) == 0)
			continue;
		ret = sched_setaffinity(0, sizeof(cpus), &cpus);
		sched_setaffinity(0, sizeof(before), &before);
		if (ret == 0)
			continue;
		for (cpu = 0; !CPU_ISSET(cpu, &cpus); cpu++)
			;
		return spp_error(
			err, EINVAL,
			"lcore %u is to run on CPU %d%s, which this process may not use: a "
			"cgroup's cpuset keeps it from there (systemd: AllowedCPUs=); see "
			"Cpus_allowed_list in /proc/self/status, and give -l or --lcores "
			"other CPUs",
			lcore_id, cpu, CPU_COUNT(&cpus) > 1 ? " (and others)" : "");
	}
	return 0;
}

static bool
memory_is_used_up(void)
{
	struct rte_malloc_socket_stats stats;
	size_t greatest = 0, size = 0;
	unsigned int i;

	for (i = 0; i < rte_socket_count(); i++) {
		if (rte_malloc_get_socket_stats(rte_socket_id_by_idx(i), &stats) < 0)
			continue;
		greatest = RTE_MAX(greatest, stats.greatest_free_size);
		size += stats.heap_totalsz_bytes;
	}
	return size > 0 && greatest < MEMORY_LEAST;
}

/* What can be seen to be wrong. -EINVAL: an option. */
static int
find_reason(struct spp_error *err)
{
	int fd, ret = check_cpus(err);

	if (ret < 0)
		return ret;
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return spp_error(err, errno, "no descriptor is left (ulimit -n, LimitNOFILE=): %s",
				 strerror(errno));
	close(fd);
	if (memory_is_used_up())
		return spp_error(err, ENOMEM,
				 "the memory of spp_primary is used up: give it more --socket-mem");
	return 0;
}

/* On the thread that called abort(), with none of the C library's locks taken by rte_panic(). */
static void
on_abort(int sig)
{
	struct spp_error err = {""};
	int ret;

	RTE_SET_USED(sig);
	signal(SIGABRT, SIG_DFL);
	if (start_leave != NULL)
		start_leave();
	if (!starting)
		return; /* abort() goes on */
	ret = find_reason(&err);
	spp_log(LOG_ERR, "%s",
		ret < 0 ? err.text
			: "DPDK ended the start by itself: see its lines above (PANIC in ...)");
	spp_lines_end();
	_exit(ret == -EINVAL ? SPP_EXIT_USAGE : EXIT_FAILURE);
}

int
spp_eal_start(int argc, char **argv, void (*leave)(void), struct spp_error *err)
{
	struct sigaction action = {.sa_handler = on_abort};
	int code;

	spp_policy_lower();
	start_leave = leave;
	starting = 1;
	sigaction(SIGABRT, &action, NULL);
	rte_errno = 0;
	spp_library_log_start();
	if (rte_eal_init(argc, argv) >= 0) {
		spp_library_log_limit();
		return 0;
	}
	code = rte_errno;
	if (check_cpus(err) < 0)
		return -EINVAL;
	return spp_error(err, code > 0 ? code : EIO,
			 "the EAL does not start (see its lines above, and docs/operations.md for "
			 "the usual ones)");
}

void
spp_eal_started(void)
{
	starting = 0;
	spp_policy_raise();
}
