/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A deadline by SIGALRM. See deadline.h.
 */
#include "common/deadline.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static time_t deadline_due;
static void (*deadline_late)(void);

/* Only what a signal handler may do. */
static void
deadline_on_alarm(int sig)
{
	struct timespec now;

	(void)sig;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec >= deadline_due)
		deadline_late();
}

void
spp_deadline_start(unsigned int seconds, void (*late)(void))
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	deadline_due = now.tv_sec + (time_t)seconds;
	deadline_late = late;
	signal(SIGALRM, deadline_on_alarm);
	alarm(seconds);
}

void
spp_deadline_stop(void)
{
	alarm(0);
	signal(SIGALRM, SIG_IGN);
}
