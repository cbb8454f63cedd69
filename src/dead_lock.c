/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finds locks of DPDK's that a dead process holds, and releases them. Started by primary_main.c;
 * its thread sleeps but for a look at four words a second, and takes no lock itself.
 */
#include "dead_lock.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_eal_memconfig.h>
#include <rte_lcore.h>
#include <rte_memzone.h>
#include <rte_rwlock.h>

#include "log.h"

/* A held lock that is seen so often, a millisecond apart, without a change is not just busy. */
#define SAMPLES 50

/* A second in all, at the start of spp_primary. */
#define FIND_TRIES 100
#define FIND_US    10000

enum { MEMZONES, TAILQS, MEMPOOLS, MEMORY, NB_LOCKS };

struct watched {
	const char *what;
	unsigned int word;    /**< which 32-bit word of struct rte_mem_config (22.11) */
	unsigned int seconds; /**< without a change */
	bool writer_too;      /**< may be released when held for writing */
	rte_rwlock_t *lock;
	int32_t last;
	unsigned int looks; /**< that found it so, one a second */
	bool told;          /**< that it cannot be released */
};

static struct watched watched[NB_LOCKS] = {
	[MEMZONES] = {.what = "list of memzones",
		      .word = 4,
		      .seconds = SPP_DEAD_LOCK_S,
		      .writer_too = true},
	[TAILQS] = {.what = "list of rings and mempools", .word = 5, .seconds = SPP_DEAD_LOCK_S},
	[MEMPOOLS] = {.what = "mempools", .word = 6, .seconds = SPP_DEAD_LOCK_S},
	[MEMORY] = {.what = "memory map", .word = 8, .seconds = SPP_DEAD_MAP_S},
};
static struct stat config; /* the file struct rte_mem_config is in */

static int32_t
dead_lock_word(unsigned int i)
{
	return __atomic_load_n(&watched[i].lock->cnt, __ATOMIC_RELAXED);
}

/* Within a call that holds the lock of the memzones for reading. */
static void
dead_lock_see(const struct rte_memzone *zone, void *held)
{
	(void)zone;
	*(int32_t *)held = dead_lock_word(MEMZONES);
}

/* Whether each lock shows what is done to it; others may hold some for reading all the while. */
static bool
dead_lock_shown(void)
{
	int32_t before[NB_LOCKS], held[NB_LOCKS];
	unsigned int i;

	for (i = 0; i < NB_LOCKS; i++)
		before[i] = dead_lock_word(i);
	held[MEMZONES] = -1;
	rte_memzone_walk(dead_lock_see, &held[MEMZONES]);
	rte_mcfg_tailq_read_lock();
	held[TAILQS] = dead_lock_word(TAILQS);
	rte_mcfg_tailq_read_unlock();
	rte_mcfg_mempool_read_lock();
	held[MEMPOOLS] = dead_lock_word(MEMPOOLS);
	rte_mcfg_mempool_read_unlock();
	rte_mcfg_mem_read_lock();
	held[MEMORY] = dead_lock_word(MEMORY);
	rte_mcfg_mem_read_unlock();
	for (i = 0; i < NB_LOCKS; i++) {
		if (held[i] != before[i] + RTE_RWLOCK_READ || dead_lock_word(i) != before[i])
			return false;
	}
	return true;
}

/* The header of that structure is private to DPDK: believe the places of its locks only when that
 * was seen. VFs may be starting, which lock and unlock: then try again. */
static bool
dead_lock_found(void)
{
	unsigned int tries = 0;
	bool found = dead_lock_shown();

	while (!found && ++tries < FIND_TRIES) {
		usleep(FIND_US);
		found = dead_lock_shown();
	}
	return found;
}

/* Where the process with these maps has struct rte_mem_config, or NULL. (Never open its file here:
 * to close it would give up the EAL's own lock on it, fcntl(2), by which it tells that a primary
 * runs.) */
static void *
dead_lock_mapped_at(const char *maps_path)
{
	FILE *maps = fopen(maps_path, "re");
	unsigned int major_nr, minor_nr;
	unsigned long from, inode;
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	if (maps == NULL) /* it has ended meanwhile */
		return NULL;
	while (!found && getline(&line, &size, maps) > 0)
		found = sscanf(line, "%lx-%*x %*s %*x %x:%x %lu", &from, &major_nr, &minor_nr,
			       &inode) == 4 &&
			inode == config.st_ino && makedev(major_nr, minor_nr) == config.st_dev;
	free(line);
	fclose(maps);
	return found ? (void *)from : NULL;
}

/* Whether the thread is stopped ("T", or "t" by a debugger) and has the locks in its memory. */
static bool
dead_lock_stopped_at(const char *stat_path)
{
	char text[512], maps_path[64], *state;
	FILE *stat = fopen(stat_path, "re");
	size_t length;

	if (stat == NULL)
		return false;
	length = fread(text, 1, sizeof(text) - 1, stat);
	fclose(stat);
	text[length] = '\0';
	state = strrchr(text, ')'); /* its name may hold anything */
	if (state == NULL || (state[2] != 'T' && state[2] != 't'))
		return false;
	snprintf(maps_path, sizeof(maps_path), "%.*smaps",
		 (int)(strlen(stat_path) - strlen("stat")), stat_path);
	return dead_lock_mapped_at(maps_path) != NULL;
}

static bool
dead_lock_somebody_is_stopped(void)
{
	bool stopped = false;
	glob_t found;
	size_t i;

	/* every thread: a debugger may stop one alone */
	if (glob("/proc/[0-9]*/task/[0-9]*/stat", GLOB_NOSORT, NULL, &found) != 0)
		return true; /* not known: as if */
	for (i = 0; i < found.gl_pathc && !stopped; i++)
		stopped = dead_lock_stopped_at(found.gl_pathv[i]);
	globfree(&found);
	return stopped;
}

static bool
dead_lock_stands_still(unsigned int i)
{
	unsigned int n;

	for (n = 0; n < SAMPLES; n++) {
		if (dead_lock_word(i) != watched[i].last)
			return false;
		usleep(1000);
	}
	return true;
}

static void
dead_lock_release(unsigned int i)
{
	struct watched *w = &watched[i];
	int32_t seen = w->last;

	if (!w->writer_too && (seen & RTE_RWLOCK_WRITE)) {
		if (!w->told)
			spp_log(LOG_ERR,
				"a process died while it changed DPDK's %s, whose lock is still "
				"taken: restart spp_primary",
				w->what);
		w->told = true;
		return;
	}
	if (__atomic_compare_exchange_n(&w->lock->cnt, &seen, 0, false, __ATOMIC_ACQ_REL,
					__ATOMIC_RELAXED))
		spp_log(LOG_WARNING,
			"a process died holding DPDK's lock of the %s (taken, without a change, for "
			"%u s): released",
			w->what, w->seconds);
	w->looks = 0;
}

static void
dead_lock_look(unsigned int i)
{
	struct watched *w = &watched[i];
	int32_t seen = dead_lock_word(i);

	/* readers alone keep nobody waiting, but a writer, which would show */
	if ((seen & RTE_RWLOCK_MASK) == 0 || seen != w->last) {
		w->last = seen;
		w->looks = 0;
		w->told = false;
		return;
	}
	if (++w->looks < w->seconds)
		return;
	if (!dead_lock_stands_still(i) || dead_lock_somebody_is_stopped())
		w->looks = 0;
	else
		dead_lock_release(i);
}

static void *
dead_lock_main(void *arg)
{
	unsigned int i;

	for (;;) {
		sleep(1);
		for (i = 0; i < NB_LOCKS; i++)
			dead_lock_look(i);
	}
	return arg;
}

int
spp_dead_lock_watch(struct spp_error *err)
{
	char path[PATH_MAX];
	pthread_t thread;
	uint32_t *words;
	unsigned int i;
	int ret;

	snprintf(path, sizeof(path), "%s/config", rte_eal_get_runtime_dir());
	if (stat(path, &config) < 0)
		return spp_error(err, errno, "%s: %s", path, strerror(errno));
	words = dead_lock_mapped_at("/proc/self/maps");
	if (words == NULL)
		return spp_error(err, ENOENT, "%s is not in our memory", path);
	for (i = 0; i < NB_LOCKS; i++)
		watched[i].lock = (rte_rwlock_t *)&words[watched[i].word];
	if (!dead_lock_found())
		return spp_error(err, ENOTSUP, "they are not where DPDK 22.11 has them");
	ret = rte_ctrl_thread_create(&thread, "spp-dead-lock", NULL, dead_lock_main, NULL);
	return ret != 0 ? spp_error(err, abs(ret), "no thread: %s", strerror(abs(ret))) : 0;
}
