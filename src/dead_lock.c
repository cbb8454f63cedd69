/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finds locks of DPDK's that a dead process holds, and releases them. Started by primary_main.c;
 * its thread sleeps but for a look at five words a second, and takes none of the locks itself.
 */
#include "dead_lock.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_eal_memconfig.h>
#include <rte_fbarray.h>
#include <rte_lcore.h>
#include <rte_memzone.h>
#include <rte_rwlock.h>
#include <rte_spinlock.h>

#include "log.h"
#include "mapping.h"

/* A held lock that is seen so often, a millisecond apart, without a change is not just busy. */
#define SAMPLES 50

/* A second in all, at the start of spp_primary. */
#define FIND_TRIES 100
#define FIND_US    10000

#define NOBODY (-2)

/* How struct rte_mem_config begins, whose header is private to DPDK. */
struct mem_config_begin {
	uint32_t magic, version, channels, ranks;
	rte_rwlock_t memzones_lock, tailqs_lock, mempools_lock;
	rte_spinlock_t timers_lock;
	rte_rwlock_t memory_lock;
	uint8_t mp_status;
	struct rte_fbarray memzones;
};

/* Inside out: who holds a later one may be waiting for an earlier one. */
enum { MEMORY, ARRAY, MEMZONES, TAILQS, MEMPOOLS, NB_LOCKS };

struct watched {
	const char *what;
	unsigned int seconds; /**< without a change, until it is a dead one's */
	bool writer_too;      /**< may be released when held for writing */
	bool always;          /**< may be a dead one's also while nobody waits */
	rte_rwlock_t *lock;
	int32_t last;
	unsigned int looks; /**< that found it so, one a second */
	pid_t told;         /**< of whom the log says that he may hold it; NOBODY that lives */
};

static struct watched watched[NB_LOCKS] = {
	/* starts die in it more often than in any other: no clean-up shall have to wait for it */
	[MEMORY] = {.what = "memory map", .seconds = SPP_DEAD_MAP_S, .always = true},
	[ARRAY] = {.what = "array of memzones", .seconds = SPP_DEAD_LOCK_S, .writer_too = true},
	[MEMZONES] = {.what = "list of memzones", .seconds = SPP_DEAD_LOCK_S, .writer_too = true},
	[TAILQS] = {.what = "list of rings and mempools", .seconds = SPP_DEAD_LOCK_S},
	[MEMPOOLS] = {.what = "mempools", .seconds = SPP_DEAD_LOCK_S},
};
static struct spp_mapping mapping;

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
	/* the array's is private to its functions: dead_lock_find() looks at its name */
	held[ARRAY] = before[ARRAY] + RTE_RWLOCK_READ;
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

/* Believe the places of the locks only when all fits. VFs may be starting, which lock and unlock:
 * then try again. */
static bool
dead_lock_find(struct mem_config_begin *config)
{
	unsigned int tries = 0;
	bool found;

	if (strncmp(config->memzones.name, "memzone", sizeof(config->memzones.name)) != 0 ||
	    config->memzones.elt_sz != sizeof(struct rte_memzone))
		return false;
	watched[MEMORY].lock = &config->memory_lock;
	watched[ARRAY].lock = &config->memzones.rwlock;
	watched[MEMZONES].lock = &config->memzones_lock;
	watched[TAILQS].lock = &config->tailqs_lock;
	watched[MEMPOOLS].lock = &config->mempools_lock;
	found = dead_lock_shown();
	while (!found && ++tries < FIND_TRIES) {
		usleep(FIND_US);
		found = dead_lock_shown();
	}
	return found;
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

/* That it stays taken: once for each that may hold it. */
static void
dead_lock_tell(struct watched *w, pid_t holder)
{
	if (w->told == holder)
		return;
	w->told = holder;
	if (holder == NOBODY)
		spp_log(LOG_ERR,
			"a process died while it changed DPDK's %s, whose lock is still taken: "
			"restart spp_primary",
			w->what);
	else
		spp_log(LOG_WARNING,
			"DPDK's lock of the %s has been taken, without a change, for %u s; it is "
			"left so while pid %d is stopped, which may hold it: let that one go on, or "
			"end it",
			w->what, w->seconds, holder);
}

static void
dead_lock_release(struct watched *w)
{
	int32_t seen = w->last;

	w->looks = 0; /* who takes it now may make it look the same */
	if (!__atomic_compare_exchange_n(&w->lock->cnt, &seen, 0, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		return;
	spp_log(LOG_WARNING,
		"a process died holding DPDK's lock of the %s (taken, without a change, for %u s): "
		"released",
		w->what, w->seconds);
}

/* One that has stood still for long enough. */
static void
dead_lock_judge(unsigned int i)
{
	struct watched *w = &watched[i];
	pid_t stopped = spp_mapping_stopped(&mapping);

	if (stopped < 0)
		return; /* asked again in a second */
	if (stopped > 0) {
		dead_lock_tell(w, stopped);
		return;
	}
	/* after that question: one that went on just before it has the time to show it */
	if (!dead_lock_stands_still(i))
		w->looks = 0;
	else if (!w->writer_too && (w->last & RTE_RWLOCK_WRITE))
		dead_lock_tell(w, NOBODY);
	else
		dead_lock_release(w);
}

/* Whether it stands still and keeps others waiting. inner: its holder may wait for one that does.
 */
static bool
dead_lock_look(unsigned int i, bool inner)
{
	struct watched *w = &watched[i];
	int32_t seen = dead_lock_word(i);
	/* readers alone keep nobody waiting but a writer, who leaves his mark */
	bool waited_for = seen & RTE_RWLOCK_MASK;

	if (seen != w->last) {
		w->last = seen;
		w->looks = 0;
		w->told = 0;
		return false;
	}
	if (inner || seen == 0 || !(waited_for || w->always)) {
		w->looks = 0;
		return false;
	}
	if (++w->looks >= w->seconds)
		dead_lock_judge(i);
	return waited_for;
}

static void *
dead_lock_main(void *arg)
{
	bool inner;
	unsigned int i;

	for (;;) {
		sleep(1);
		inner = false;
		for (i = 0; i < NB_LOCKS; i++)
			inner |= dead_lock_look(i, inner);
	}
	return arg;
}

int
spp_dead_lock_watch(struct spp_error *err)
{
	char path[PATH_MAX];
	pthread_t thread;
	int ret;

	/* Never open that file here: to close it would give up the EAL's own lock on it (fcntl(2)),
	 * by which it tells that a primary runs. */
	snprintf(path, sizeof(path), "%s/config", rte_eal_get_runtime_dir());
	if (spp_mapping_find(path, &mapping) < 0)
		return spp_error(err, ENOENT, "%s is not in our memory", path);
	if (!dead_lock_find(mapping.at))
		return spp_error(err, ENOTSUP, "they are not where DPDK 22.11 has them");
	ret = rte_ctrl_thread_create(&thread, "spp-dead-lock", NULL, dead_lock_main, NULL);
	return ret != 0 ? spp_error(err, abs(ret), "no thread: %s", strerror(abs(ret))) : 0;
}
