/* SPDX-License-Identifier: BSD-3-Clause */
/* See vhost/thread.h. */
#include "vhost/thread.h"

#include <sched.h>

static __thread int policy = SCHED_OTHER;

static void
change_to(int wanted)
{
	const struct sched_param param = {.sched_priority = wanted == SCHED_FIFO ? 1 : 0};

	if (policy != wanted && sched_setscheduler(0, wanted, &param) == 0)
		policy = wanted;
}

void
spp_vhost_thread_wait_for_workers(void)
{
	change_to(SCHED_BATCH);
}

void
spp_vhost_thread_go_before_workers(void)
{
	change_to(SCHED_FIFO);
}

void
spp_vhost_thread_calm_down(void)
{
	if (policy == SCHED_FIFO)
		change_to(SCHED_BATCH);
}
