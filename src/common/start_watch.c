/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Watches a start. See start_watch.h.
 */
#include "common/start_watch.h"

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "spp/lines.h"

#include "common/log.h"
#include "common/process.h"

#define LOOK_MS 200
/* Others hold these locks for milliseconds. */
#define SAY_MS 1000

static struct {
	pthread_mutex_t lock;
	pthread_cond_t ended;
	pthread_t thread;
	bool runs, over;
	pid_t tid; /* the thread that starts */
	unsigned int limit_s;
	void (*why)(char *out, size_t size);
} watch = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The lock of which file the start waits for, and who has it. False: for none. */
static bool
waits_for_file(char *out, size_t size)
{
	char link[64], path[PATH_MAX], holder[SPP_PROCESS_TEXT];
	unsigned long fd = 0;
	ssize_t length;

	if (spp_process_syscall((pid_t)syscall(SYS_getpid), watch.tid, &fd) != SYS_flock)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%lu", fd);
	length = readlink(link, path, sizeof(path) - 1);
	path[length > 0 ? length : 0] = '\0';
	spp_process_text(spp_process_flock_holder((int)fd), holder);
	snprintf(out, size,
		 "the lock of %.100s, which %s holds (every DPDK program takes it when it starts)",
		 path, holder);
	return true;
}

__attribute__((noreturn)) static void
give_up(unsigned int seconds, const char *what)
{
	char why[256] = "";

	if (what != NULL)
		snprintf(why, sizeof(why), ": it waits for %s", what);
	else if (watch.why != NULL)
		watch.why(why, sizeof(why));
	spp_log(LOG_ERR, "the start has not ended within %u s%s", seconds, why);
	spp_lines_end();
	_exit(EXIT_FAILURE);
}

static void
look(unsigned int *waited_ms, unsigned int total_ms)
{
	char what[256];
	bool waits = waits_for_file(what, sizeof(what));

	*waited_ms = waits ? *waited_ms + LOOK_MS : 0;
	if (*waited_ms == SAY_MS)
		spp_log(LOG_WARNING, "the start waits for %s", what);
	if (watch.limit_s > 0 && total_ms >= watch.limit_s * 1000)
		give_up(watch.limit_s, waits ? what : NULL);
	if (*waited_ms >= SPP_START_FLOCK_S * 1000)
		give_up(SPP_START_FLOCK_S, what);
}

static void *
watch_main(void *arg)
{
	unsigned int waited_ms = 0, total_ms = 0;
	struct timespec until;

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &until);
	pthread_mutex_lock(&watch.lock);
	while (!watch.over) {
		until.tv_nsec += LOOK_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_clockwait(&watch.ended, &watch.lock, CLOCK_MONOTONIC, &until);
		total_ms += LOOK_MS;
		if (!watch.over)
			look(&waited_ms, total_ms);
	}
	pthread_mutex_unlock(&watch.lock);
	return NULL;
}

void
spp_start_watch_begin(unsigned int limit_s, void (*why)(char *out, size_t size))
{
	watch.tid = (pid_t)syscall(SYS_gettid);
	watch.limit_s = limit_s;
	watch.why = why;
	pthread_cond_init(&watch.ended, NULL);
	watch.runs = pthread_create(&watch.thread, NULL, watch_main, NULL) == 0;
	if (!watch.runs)
		spp_log(LOG_WARNING, "no thread: nobody watches the start");
}

void
spp_start_watch_end(void)
{
	if (!watch.runs)
		return;
	pthread_mutex_lock(&watch.lock);
	watch.over = true;
	pthread_cond_signal(&watch.ended);
	pthread_mutex_unlock(&watch.lock);
	pthread_join(watch.thread, NULL);
	watch.runs = false;
}
