/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looks, again and again, at what the EAL would wait for. See await.h.
 */
#include "vf/await.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_eal.h>

#include "spp/dp/dpdk_versions.h"

#include "common/eal_dir.h"
#include "common/log.h"
#include "common/process.h"
#include "common/start_lock.h"

#define LOOK_US 20000
/* Others have these for milliseconds, and are half a second in their start. */
#define SAY_S 1

enum what { NOTHING, PRIMARY_STARTS, OTHER_STARTS, LOCK };

/* What it waits for now. */
struct wait {
	const char *dir;
	int config_fd, start_fd;
	enum what what;
	pid_t holder;     /* of the start lock */
	const char *lock; /* of DPDK's, that is taken */
};

/* For spp_await_why(), which is called on another thread when the start is under way. */
static int why_fd = -1;

static double
now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A lock that keeps a start waiting. A start takes the first for reading, the others for writing.
 * (The memory is not mapped for this: whoever has it mapped may hold such a lock.) */
static const char *
taken_lock(int config_fd, struct spp_dpdk_mem_config *config)
{
	memset(config, 0, sizeof(*config));
	if (pread(config_fd, config, sizeof(*config), 0) != (ssize_t)sizeof(*config) ||
	    !spp_dpdk_mem_config_is_ours(config))
		return NULL;
	if (config->memory_lock.cnt & RTE_RWLOCK_MASK)
		return "memory map";
	if (config->memzones.rwlock.cnt != 0)
		return "array of memzones";
	if (config->memzones_lock.cnt != 0)
		return "list of memzones";
	if (config->tailqs_lock.cnt != 0)
		return "list of rings and mempools";
	return config->mempools_lock.cnt != 0 ? "mempools" : NULL;
}

void
spp_await_why(char *out, size_t size)
{
	struct spp_dpdk_mem_config config;
	const char *lock = taken_lock(why_fd, &config);

	if (lock != NULL)
		snprintf(out, size, ": DPDK's lock of the %s is taken (see the log of spp_primary)",
			 lock);
}

/* The file of a primary that lives. */
static int
open_config(const char *dir, struct spp_error *err)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, SPP_EAL_CONFIG_FILE);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
		return spp_error(err, errno, "%s: %s", path, strerror(errno));
	if (fd >= 0 && spp_eal_config_locked(fd))
		return fd;
	if (fd >= 0)
		close(fd);
	return spp_error(err, ENOENT,
			 "no spp_primary runs with this --file-prefix (%s %s): start spp_primary "
			 "first, with the same --file-prefix",
			 dir, fd >= 0 ? "holds what one left that has ended" : "is not there");
}

/* Our turn, or what we wait for instead; then the start lock is not ours. */
static int
look(struct wait *wait, struct spp_error *err)
{
	struct spp_dpdk_mem_config config;
	int ret;

	wait->what = PRIMARY_STARTS;
	if (!spp_eal_config_locked(wait->config_fd))
		return spp_error(err, ENOENT, "spp_primary has ended");
	if (pread(wait->config_fd, &config, sizeof(config), 0) != (ssize_t)sizeof(config) ||
	    config.magic != RTE_MAGIC)
		return 0;
	if (wait->start_fd < 0)
		wait->start_fd = spp_start_lock_open(wait->dir);
	ret = wait->start_fd < 0 ? wait->start_fd
				 : spp_start_lock_try(wait->start_fd, &wait->holder);
	if (ret < 0 && ret != -EBUSY)
		return spp_error(err, -ret, "%s: no lock for the start: %s", wait->dir,
				 strerror(-ret));
	wait->what = OTHER_STARTS;
	if (ret < 0)
		return 0;
	wait->lock = taken_lock(wait->config_fd, &config);
	wait->what = wait->lock != NULL ? LOCK : NOTHING;
	if (wait->lock != NULL)
		spp_start_lock_release(wait->start_fd);
	return 0;
}

static void
describe(const struct wait *wait, char *out, size_t size)
{
	char text[SPP_PROCESS_TEXT];

	if (wait->what == PRIMARY_STARTS)
		snprintf(out, size, "spp_primary is still starting");
	else if (wait->what == OTHER_STARTS)
		snprintf(out, size, "%s is starting (one starts at a time)",
			 spp_process_text(wait->holder, text));
	else
		snprintf(out, size, "DPDK's lock of the %s is taken", wait->lock);
}

/* Said once for each thing and each holder; the lock's end comes sooner. */
static int
wait_on(const struct wait *wait, double waited_s, double lock_s, char said[160],
	struct spp_error *err)
{
	char text[160];

	describe(wait, text, sizeof(text));
	if (wait->what == LOCK && lock_s >= SPP_AWAIT_LOCK_S)
		return spp_error(err, ETIMEDOUT,
				 "%s, and has been for %d s: spp_primary's log says by whom, or "
				 "that its holder died",
				 text, SPP_AWAIT_LOCK_S);
	if (waited_s >= SPP_AWAIT_TURN_S)
		return spp_error(err, ETIMEDOUT, "not started within %d s: %s", SPP_AWAIT_TURN_S,
				 text);
	if (waited_s >= SAY_S && strcmp(said, text) != 0) {
		spp_log(LOG_NOTICE, "waiting: %s", text);
		snprintf(said, 160, "%s", text);
	}
	return 0;
}

static int
wait_for_turn(struct wait *wait, const volatile sig_atomic_t *stop, struct spp_error *err)
{
	double begun = now_s(), lock_since = begun;
	char said[160] = "";
	int ret = 0;

	while (ret == 0) {
		if (*stop)
			return spp_error(err, EINTR, "ended before it had started");
		ret = look(wait, err);
		if (ret < 0 || wait->what == NOTHING)
			return ret;
		if (wait->what != LOCK)
			lock_since = now_s();
		ret = wait_on(wait, now_s() - begun, now_s() - lock_since, said, err);
		usleep(LOOK_US);
	}
	return ret;
}

int
spp_await_turn(const char *dir, const volatile sig_atomic_t *stop, struct spp_error *err)
{
	struct wait wait = {.dir = dir, .start_fd = -1};
	int ret = open_config(dir, err);

	if (ret < 0)
		return ret;
	wait.config_fd = why_fd = ret; /* stays open, as the start does with it what it likes */
	ret = wait_for_turn(&wait, stop, err);
	return ret < 0 ? ret : wait.start_fd;
}
