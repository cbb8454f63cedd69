/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See policy.h.
 */
#include "common/policy.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "common/log.h"

static unsigned int depth;
static int wanted = SCHED_OTHER;
static struct sched_param param;

static bool
is_real_time(int policy)
{
	policy &= ~SCHED_RESET_ON_FORK;
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

void
spp_policy_lower(void)
{
	const struct sched_param none = {.sched_priority = 0};
	int policy = sched_getscheduler(0);

	if (depth++ > 0)
		return;
	wanted = SCHED_OTHER; /* what was put aside before may no longer be meant */
	if (!is_real_time(policy) || sched_getparam(0, &param) < 0 ||
	    sched_setscheduler(0, SCHED_OTHER, &none) < 0)
		return;
	wanted = policy;
}

/* One that has ended meanwhile, or does not want to be like the others, stays as it is. */
static bool
raise_one(pid_t tid)
{
	return sched_getscheduler(tid) != SCHED_OTHER ||
	       sched_setscheduler(tid, wanted, &param) == 0 || errno == ESRCH;
}

void
spp_policy_raise(void)
{
	const struct dirent *entry;
	int failure = 0;
	DIR *tasks;

	if (depth == 0 || --depth > 0 || !is_real_time(wanted))
		return;
	if (wanted & SCHED_RESET_ON_FORK) { /* threads that are made later are not to have it */
		if (!raise_one(0))
			failure = errno;
	} else if ((tasks = opendir("/proc/self/task")) == NULL) {
		failure = errno;
	} else {
		while (failure == 0 && (entry = readdir(tasks)) != NULL) {
			if (entry->d_name[0] != '.' &&
			    !raise_one((pid_t)strtol(entry->d_name, NULL, 10)))
				failure = errno;
		}
		closedir(tasks);
	}
	if (failure != 0)
		spp_log(LOG_WARNING,
			"the real-time policy it was started with cannot be had back (CAP_SYS_NICE, "
			"LimitRTPRIO=): %s",
			strerror(failure));
}
