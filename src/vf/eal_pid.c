/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A getpid() that is another one in each container. See eal_pid.h.
 */
#include "vf/eal_pid.h"

#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "spp/dp/dpdk_versions.h"

#include "common/eal_dir.h"

/* PID_MAX_LIMIT of the kernel: no process has that number or a higher one. */
#define PID_STEP (1 << 22)

static pid_t eal_pid;

/* In place of the C library's, for the EAL and all other libraries. */
pid_t
getpid(void)
{
	return eal_pid > 0 ? eal_pid : (pid_t)syscall(SYS_getpid);
}

/* Whether one of these files is a living process's. */
static bool
any_in_use(const char *pattern)
{
	bool in_use = false;
	glob_t found;
	size_t i;

	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
		return false;
	for (i = 0; i < found.gl_pathc && !in_use; i++)
		in_use = spp_eal_dir_in_use(found.gl_pathv[i]);
	globfree(&found);
	return in_use;
}

static bool
eal_pid_is_taken(const char *dir, pid_t pid)
{
	char sockets[PATH_MAX], arrays[PATH_MAX];

	snprintf(sockets, sizeof(sockets), "%s/mp_socket_%d_*", dir, pid);
	snprintf(arrays, sizeof(arrays), "%s/" SPP_DPDK_SECONDARY_ARRAYS, dir, pid);
	return any_in_use(sockets) || any_in_use(arrays);
}

pid_t
spp_eal_pid_choose(const char *dir)
{
	pid_t pid = (pid_t)syscall(SYS_getpid);

	while (pid <= INT_MAX - PID_STEP && eal_pid_is_taken(dir, pid))
		pid += PID_STEP;
	return eal_pid = pid;
}
